import { findTool } from '../../agents/index.ts';
import { Random } from '../../hrm/random.ts';
import type { RecoveryRow } from '../data/recovery-examples.ts';
import { type RecoveryAction, recoveryActions } from '../model/prediction.ts';
import { agentKindOf } from '../policy/agent-kind-of.ts';
import { actionOf } from '../policy/recover-by-rule.ts';
import { type KnownEnding, otherEndings } from './other-failures.ts';
import { presetFailures } from './preset-failures.ts';

/** Attempts after which what usually helps has not helped. */
const patience = 3;

/**
 * Observations of steps and the action that should follow, for the executor's policy: texts that the presets' own handlers
 * recognise, faults of code and of places, and successes, with varied names and surroundings, equally many of each action.
 * The same seed gives the same rows.
 */
export function recoveryRows(seed: number, count: number): readonly RecoveryRow[] {
  const random = new Random(seed);
  const byAction = new Map<RecoveryAction, readonly KnownEnding[]>(
    recoveryActions.map((action) => [action, endings.filter((ending) => ending.action === action)]),
  );
  return Array.from({ length: count }, (_, index) => {
    const action = recoveryActions[index % recoveryActions.length] as RecoveryAction;
    return makeRow(action, byAction.get(action) ?? [], random);
  });
}

function makeRow(action: RecoveryAction, known: readonly KnownEnding[], random: Random): RecoveryRow {
  // A part of the escalations are failures that mending or waiting has not ended.
  const isHopeless = action === 'escalate' && random.next() < 0.4;
  const candidates = isHopeless ? endings.filter((one) => one.action === 'fix' || one.action === 'retry') : known;
  const { agents, exitCode, texts } = random.pick(candidates);
  const attempt = isHopeless ? random.integer(patience + 1, patience + 3) : random.integer(1, patience - 1);
  const output = surround(fill(random.pick(texts), random), random);
  return { observation: { agent: random.pick(agents), output, exitCode, attempt }, action };
}

const endings: readonly KnownEnding[] = [
  ...presetFailures.map(({ tool, handler, texts }): KnownEnding => {
    const preset = findTool(tool);
    const found = preset.handlers.find(({ name }) => name === handler);
    const agent = agentKindOf(tool) ?? 'build';
    return { agents: [agent], action: found ? actionOf(found) : 'escalate', exitCode: 1, texts };
  }),
  ...otherEndings,
];

const words = 'parser client cache session worker index config router token buffer schema loader queue widget'.split(
  ' ',
);
const fileNames =
  'src/parser.ts lib/index.js app/main.py pkg/server.go src/lib.rs Main.java core/io.c tests/api.py'.split(' ');
const packageNames = 'left-pad lodash requests serde tokio react numpy zod express flask junit gtest'.split(' ');
const hosts = 'registry.npmjs.org pypi.org crates.io proxy.golang.org github.com repo.maven.apache.org'.split(' ');

/** Puts names and numbers where a text leaves them open. */
function fill(text: string, random: Random): string {
  const values: Readonly<Record<string, () => string>> = {
    word: () => random.pick(words),
    file: () => random.pick(fileNames),
    package: () => random.pick(packageNames),
    host: () => random.pick(hosts),
    address: () => Array.from({ length: 4 }, () => random.integer(1, 254)).join('.'),
    version: () => [random.integer(0, 20), random.integer(0, 30), random.integer(0, 9)].join('.'),
    line: () => `${random.integer(2, 900)}`,
    other: () => `${random.integer(1, 99)}`,
  };
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name]?.() ?? whole);
}

const before = [
  '> {word}@{version} build',
  'Compiling {package} v{version}',
  'Collecting {package}=={version}',
  '[{line}/{other}] Building {file}',
  'ok {line} - {word} works',
  'npm warn deprecated {package}@{version}: use {word}',
  '{file}: checked',
];
const after = [
  'See the log for details.',
  'exit status follows',
  'npm error A complete log of this run can be found in: /tmp/{word}.log',
  '',
];

/** Puts a text between lines as a program prints them around it. */
function surround(text: string, random: Random): string {
  const lines = Array.from({ length: random.integer(0, 6) }, () => fill(random.pick(before), random));
  const end = random.next() < 0.3 ? [fill(random.pick(after), random)] : [];
  return [...lines, text, ...end].join('\n');
}
