import { RexError } from '../../../core/errors.ts';
import type { Runtime } from '../../../sandbox/runtime/runtime.ts';
import type { Session } from '../../../sandbox/session/session.ts';
import { type CodeLayout, type CodeSource, layOut, unitOf } from './code-files.ts';
import type { ExecutionResult } from './code-result.ts';
import { type CodePlace, executeIn } from './executor.ts';
import { type CommandValues, fillCommand, fillText } from './fill-command.ts';
import { findToolchain, toolchainMissing } from './find-toolchain.ts';
import type { CommandChoice, LanguagePreset, Toolchain } from './language.ts';
import { findLanguage } from './languages.ts';
import { openWorkDirectory } from './work-directory.ts';

/** What code is run with. Only the language and the code are needed. */
export interface CodeOptions extends CodeSource {
  /** Name or alias of a language, or a preset of one's own. */
  readonly language: string | LanguagePreset;
  /** Runs everything in this session of the runtime, with its environment. Default: commands of the runtime. */
  readonly session?: Session | undefined;
  /** Directory of the target to work in; the code stays there. Default: a temporary one. */
  readonly directory?: string | undefined;
  /** Variables added to the program's environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Standard or edition, such as `c++17` or `2018`. Default: the preset's. */
  readonly standard?: string | undefined;
  /** Time for each run of the program or its tests. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Time for checking and building. Default 120,000. */
  readonly buildTimeoutMs?: number | undefined;
  /** How much of an output is kept, head and tail. Default 16 MiB. */
  readonly maxOutputBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What one command gets besides its template. */
interface StepOptions {
  readonly stdin?: string | Uint8Array | undefined;
  readonly args?: readonly string[] | undefined;
  readonly timeoutMs?: number | undefined;
}

/** Code in its directory, with the commands of its language. */
export interface Workbench extends AsyncDisposable {
  readonly language: LanguagePreset;
  readonly layout: CodeLayout;
  readonly toolchain: Toolchain;
  /** Checks or builds; undefined where the language has no such command. */
  validate(part: 'check' | 'build' | 'buildTests'): Promise<ExecutionResult | undefined>;
  run(options?: StepOptions): Promise<ExecutionResult>;
  test(): Promise<ExecutionResult & { readonly ran: boolean }>;
}

/** Writes code into its directory. @throws TOOLCHAIN_MISSING, UNSUPPORTED, INVALID_ARGUMENT */
export async function openWorkbench(runtime: Runtime, options: CodeOptions): Promise<Workbench> {
  const language = findLanguage(options.language);
  const place: CodePlace = { runtime, session: options.session };
  const { toolchain, probe } = await findToolchain(place, language, options.files ?? {});
  const layout = layOut(options, language, toolchain);
  const directory = await openWorkDirectory(runtime, options.directory);
  try {
    for (const [path, text] of layout.files) {
      const place = `${directory.path}/${path}`;
      if (!layout.support.has(path) || !(await runtime.files.exists(place))) await runtime.files.write(place, text);
    }
  } catch (error) {
    await directory[Symbol.asyncDispose]();
    throw error;
  }
  const values = valuesOf(layout, language, { build: directory.build, probe, standard: options.standard });
  const { timeoutMs = 10_000, buildTimeoutMs = 120_000, maxOutputBytes = 16 * 1024 * 1024, signal } = options;
  const env = Object.fromEntries(
    Object.entries(language.environment).map(([name, value]) => [
      name,
      value === undefined ? undefined : fillText(value, values.texts),
    ]),
  );
  const step = async (template: readonly string[], limitMs: number, { stdin, args = [] }: StepOptions = {}) => {
    const command = fillCommand(template, { ...values, lists: { ...values.lists, args } });
    const limits = { timeoutMs: limitMs, maxOutputBytes, signal };
    try {
      return await executeIn(place, command, {
        cwd: directory.path,
        env: { ...env, ...options.env },
        stdin,
        ...limits,
      });
    } catch (error) {
      throw toolError(error, language, toolchain, command[0]);
    }
  };
  return {
    language,
    layout,
    toolchain,
    validate: async (part) => toolchain[part] && (await step(toolchain[part], buildTimeoutMs)),
    run: (more = {}) => step(toolchain.run, more.timeoutMs ?? timeoutMs, more),
    test: async () => {
      const { command, ran } = testCommand(toolchain, layout);
      const result = await step(command, timeoutMs);
      return { ...result, ran: ran?.test(`${result.stdout}\n${result.stderr}`) ?? true };
    },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

function testCommand(toolchain: Toolchain, { files, testFiles }: CodeLayout): CommandChoice {
  const text = testFiles.map((path) => files.get(path)).join('\n');
  return toolchain.test.find(({ when }) => when?.test(text) ?? true) ?? { command: toolchain.run };
}

function valuesOf(
  layout: CodeLayout,
  language: LanguagePreset,
  more: { readonly build: string; readonly probe: string; readonly standard: string | undefined },
): CommandValues {
  const { files, main, code, sources, testSources, tests, testFiles } = layout;
  const test = testFiles[0] ?? main;
  const testUnits = testFiles.map((path) => unitOf(language, path, files.get(path) ?? ''));
  const texts = {
    main,
    test,
    build: more.build,
    probe: more.probe,
    standard: more.standard ?? language.standard ?? '',
  };
  return {
    texts: { ...texts, unit: unitOf(language, main, code) },
    lists: { sources, testSources, testFiles, testUnits, tests: tests.filter((path) => !sources.includes(path)) },
  };
}

function toolError(
  error: unknown,
  language: LanguagePreset,
  toolchain: Toolchain,
  program: string | undefined,
): unknown {
  if (!RexError.is(error, 'COMMAND_NOT_STARTED') || error.context.errno !== 'ENOENT') return error;
  const tool = toolchain.tools.find(({ name }) => name === program);
  return tool ? toolchainMissing(language, tool) : error;
}
