// Checks that every import under src/ respects the order of the rooms, and that no door loads a heavy package at once.
import { existsSync } from 'node:fs';
import { findHeavyLoads } from './heavy-loads.ts';
import { listFiles } from './list-files.ts';
import { readDoors } from './package-doors.ts';
import { readImports, resolveRelative } from './source-imports.ts';

const LIBRARY = [
  'core',
  'sandbox',
  'orchestration',
  'agents',
  'hrm',
  'coordination',
  'telemetry',
  'lab',
  'gateway',
  'root',
];

/** Which rooms each room may import, besides itself. `root` is src/index.ts. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  sandbox: ['core'],
  orchestration: ['core', 'sandbox'],
  agents: ['core', 'sandbox', 'orchestration'],
  hrm: ['core'],
  coordination: ['core', 'sandbox', 'orchestration', 'agents', 'hrm'],
  telemetry: ['core', 'orchestration'],
  lab: ['core', 'orchestration'],
  gateway: ['core', 'sandbox', 'orchestration', 'agents', 'coordination'],
  root: ['core', 'sandbox', 'orchestration', 'agents'],
  testing: LIBRARY,
  cli: [...LIBRARY, 'testing'],
};

/** Inside src/sandbox each sub-room imports only those before it; files directly in src/sandbox come last. */
const SANDBOX_ORDER = [
  'protocol',
  'process',
  'session',
  'files',
  'runtime',
  'target',
  'server',
  'deployment',
  '(door)',
];

const violations: string[] = [];
const files = listFiles('src', /\.ts$/);
for (const file of files) {
  for (const { specifier, line } of readImports(file)) {
    const rule = brokenRule(file, specifier);
    if (rule) violations.push(`${file}:${line} imports ${specifier}: ${rule}`);
  }
}
for (const door of readDoors()) {
  if (existsSync(door.source)) violations.push(...findHeavyLoads(door));
}
for (const violation of violations) console.error(violation);
console.log(`rooms: ${files.length} files, ${violations.length} violations`);
process.exitCode = violations.length > 0 ? 1 : 0;

function brokenRule(file: string, specifier: string): string | undefined {
  if (/^hrm-rex(\/|$)/.test(specifier)) return 'src imports itself by relative path, never by package name';
  const target = resolveRelative(file, specifier);
  if (!target?.startsWith('src/')) return undefined;
  const from = roomOf(file);
  const to = roomOf(target);
  const allowed = MAY_IMPORT[from];
  if (!allowed) return `"${from}" is no room of the architecture`;
  if (from !== to) {
    return allowed.includes(to)
      ? undefined
      : `${from} may import ${allowed.length > 0 ? `only ${allowed.join(', ')}` : 'no other room'}, not ${to}`;
  }
  return from === 'sandbox' ? brokenSandboxOrder(file, target) : undefined;
}

function brokenSandboxOrder(file: string, target: string): string | undefined {
  const from = subRoomOf(file);
  const to = subRoomOf(target);
  const unknown = [from, to].find((name) => !SANDBOX_ORDER.includes(name));
  if (unknown) return `"sandbox/${unknown}" is no sub-room of the architecture`;
  if (SANDBOX_ORDER.indexOf(to) <= SANDBOX_ORDER.indexOf(from)) return undefined;
  return `sandbox/${from} comes before sandbox/${to} (${SANDBOX_ORDER.join(' → ')})`;
}

function roomOf(path: string): string {
  const parts = path.split('/');
  return parts.length > 2 ? (parts[1] ?? '') : 'root';
}

function subRoomOf(path: string): string {
  const parts = path.split('/');
  return parts.length > 3 ? (parts[2] ?? '') : '(door)';
}
