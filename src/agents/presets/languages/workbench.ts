import type { Runtime } from '../../../sandbox/runtime/runtime.ts';
import type { Session } from '../../../sandbox/session/session.ts';
import { type CodeLayout, type CodeSource, layOut, unitOf } from './code-files.ts';
import type { ExecutionResult } from './code-result.ts';
import { type CodePlace, executeIn, isProgramMissing } from './executor.ts';
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
  readonly texts?: Readonly<Record<string, string>> | undefined;
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
  const step = async (template: readonly string[], limitMs: number, { stdin, args = [], texts }: StepOptions = {}) => {
    const command = fillCommand(template, { texts: { ...values.texts, ...texts }, lists: { ...values.lists, args } });
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
  const programs = toolchain.testsAreApart ? testPrograms(language, layout) : [values.texts.test as string];
  /** A command of the tests, for one program of them after another until one fails. */
  const stepThrough = async (template: readonly string[], limitMs: number): Promise<ExecutionResult> => {
    const results: ExecutionResult[] = [];
    for (const [index, test] of programs.entries()) {
      const result = await step(template, limitMs, {
        texts: { test, testProgram: `${directory.build}/tests-${index}` },
      });
      results.push(result);
      if (result.exitCode !== 0) break;
    }
    return joinRuns(results);
  };
  return {
    language,
    layout,
    toolchain,
    validate: async (part) => {
      const command = toolchain[part];
      return command && (await (part === 'buildTests' ? stepThrough : step)(command, buildTimeoutMs));
    },
    run: (more = {}) => step(toolchain.run, more.timeoutMs ?? timeoutMs, more),
    test: async () => {
      const { command, ran } = testCommand(toolchain, layout);
      const result = await stepThrough(command, timeoutMs);
      return { ...result, ran: ran?.test(`${result.stdout}\n${result.stderr}`) ?? true };
    },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

function testCommand(toolchain: Toolchain, { files, testFiles }: CodeLayout): CommandChoice {
  const text = testFiles.map((path) => files.get(path)).join('\n');
  return toolchain.test.find(({ when }) => when?.test(text) ?? true) ?? { command: toolchain.run };
}

/** The tests that are programs of their own. */
function testPrograms({ entryPattern }: LanguagePreset, { files, testFiles }: CodeLayout): readonly string[] {
  if (!entryPattern) return testFiles;
  const programs = testFiles.filter((path) => entryPattern.test(files.get(path) ?? ''));
  return programs.length > 0 ? programs : testFiles.slice(0, 1);
}

/** What ran one after another as one: all that was printed, and how the last one ended. */
function joinRuns(results: readonly ExecutionResult[]): ExecutionResult {
  const last = results.at(-1) as ExecutionResult;
  return {
    ...last,
    stdout: results.map(({ stdout }) => stdout).join(''),
    stderr: results.map(({ stderr }) => stderr).join(''),
    truncated: results.some(({ truncated }) => truncated),
    durationMs: results.reduce((sum, { durationMs }) => sum + durationMs, 0),
  };
}

function valuesOf(
  layout: CodeLayout,
  language: LanguagePreset,
  more: { readonly build: string; readonly probe: string; readonly standard: string | undefined },
): CommandValues {
  const { files, main, code, sources, testSources, tests, testFiles } = layout;
  const test = testFiles[0] ?? main;
  const programs = testPrograms(language, layout);
  const apart = tests.filter((path) => !sources.includes(path));
  const testHelpers = apart.filter((path) => !programs.includes(path));
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
    lists: { sources, testSources, testFiles, testUnits, testHelpers, tests: apart },
  };
}

function toolError(
  error: unknown,
  language: LanguagePreset,
  toolchain: Toolchain,
  program: string | undefined,
): unknown {
  if (!isProgramMissing(error)) return error;
  const tool = toolchain.tools.find(({ name }) => name === program);
  return tool ? toolchainMissing(language, tool) : error;
}
