import { RexError } from '../../../core/errors.ts';
import type { CodePlace } from './executor.ts';
import { executeIn } from './executor.ts';
import { fillCommand } from './fill-command.ts';
import type { LanguagePreset, RequiredTool, Toolchain } from './language.ts';

const probeTimeoutMs = 30_000;

/** A toolchain that is there, and what its probe printed. */
export interface FoundToolchain {
  readonly toolchain: Toolchain;
  readonly probe: string;
}

/** Found toolchains are remembered for as long as their runtime or session is; missing ones are looked for again. */
const found = new WeakMap<object, Map<Toolchain, Promise<FoundToolchain | undefined>>>();

/** The first toolchain for these files that is there. @throws TOOLCHAIN_MISSING */
export async function findToolchain(
  place: CodePlace,
  language: LanguagePreset,
  files: Readonly<Record<string, string>>,
): Promise<FoundToolchain> {
  const forManifest = language.toolchains.filter(({ manifest }) => manifest !== undefined && manifest in files);
  const candidates =
    forManifest.length > 0 ? forManifest : language.toolchains.filter(({ manifest }) => manifest === undefined);
  for (const toolchain of candidates) {
    const available = await lookOnce(place, toolchain);
    if (available) return available;
  }
  throw toolchainMissing(
    language,
    candidates[0]?.tools[0] ?? { name: language.name, version: [], install: '' },
    candidates,
  );
}

/** The error for a tool that is not there. */
export function toolchainMissing(
  language: LanguagePreset,
  { name, install }: RequiredTool,
  candidates: readonly Toolchain[] = [],
): RexError<'TOOLCHAIN_MISSING'> {
  const others = new Set(candidates.flatMap(({ tools }) => tools.slice(0, 1).map((tool) => tool.name)));
  others.delete(name);
  const instead = others.size > 0 ? ` (${[...others].join(' or ')} would do too, in a version that can)` : '';
  const message = `${language.name} needs ${name}, which is not installed${instead}`;
  const context = { language: language.name, tool: name, install };
  return new RexError('TOOLCHAIN_MISSING', message, context, { hint: `Install it: ${install}` });
}

function lookOnce(place: CodePlace, toolchain: Toolchain): Promise<FoundToolchain | undefined> {
  const key = place.session ?? place.runtime;
  const known = found.get(key) ?? new Map<Toolchain, Promise<FoundToolchain | undefined>>();
  found.set(key, known);
  const earlier = known.get(toolchain);
  if (earlier) return earlier;
  const looking = look(place, toolchain);
  known.set(toolchain, looking);
  const forget = (): void => void known.delete(toolchain);
  looking.then((result) => result ?? forget(), forget);
  return looking;
}

async function look(place: CodePlace, toolchain: Toolchain): Promise<FoundToolchain | undefined> {
  if (!toolchain.probe) return { toolchain, probe: '' };
  const result = await tryTool(place, toolchain.probe);
  return result?.exitCode === 0 ? { toolchain, probe: result.stdout.trim() } : undefined;
}

async function tryTool({ runtime, session }: CodePlace, command: readonly string[]) {
  const env = { NODE_OPTIONS: undefined };
  const options = { env, timeoutMs: probeTimeoutMs, maxOutputBytes: 65_536 };
  try {
    return await executeIn({ runtime, session }, fillCommand(command, { texts: {}, lists: {} }), options);
  } catch (error) {
    if (RexError.is(error, 'COMMAND_NOT_STARTED') && error.context.missingCwd === undefined) return undefined;
    throw error;
  }
}

/** What is known about a tool of a language. */
export interface ToolStatus {
  readonly name: string;
  readonly found: boolean;
  /** First line of what it says its version is; empty when it is missing. */
  readonly version: string;
  readonly install: string;
}

/** Looks which tools of a language are there, all of its alternatives included. */
export async function checkTools(place: CodePlace, language: LanguagePreset): Promise<readonly ToolStatus[]> {
  const tools = new Map(language.toolchains.flatMap((toolchain) => toolchain.tools.map((tool) => [tool.name, tool])));
  return await Promise.all(
    [...tools.values()].map(async ({ name, version, install }) => {
      const result = await tryTool(place, version);
      const [line = ''] = `${result?.stdout ?? ''}${result?.stderr ?? ''}`.trim().split('\n');
      return { name, found: result?.exitCode === 0, version: result?.exitCode === 0 ? line : '', install };
    }),
  );
}
