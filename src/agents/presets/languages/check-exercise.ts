import { performance } from 'node:perf_hooks';
import { invalidArgument } from '../../../core/errors.ts';
import type { Runtime } from '../../../sandbox/runtime/runtime.ts';
import type { CaseResult, CodeResult, CodeStatus, ExecutionResult } from './code-result.ts';
import { describeDifference, describeEnd } from './describe-end.ts';
import { makeResult } from './make-result.ts';
import { type CodeOptions, openWorkbench, type Workbench } from './workbench.ts';

/** What a program is given and what it must answer. */
export interface ExerciseCase {
  /** Default: `case 1`, `case 2`, … */
  readonly name?: string | undefined;
  readonly stdin?: string | undefined;
  readonly args?: readonly string[] | undefined;
  /** Expected standard output. Default: anything. */
  readonly stdout?: string | undefined;
  /** Expected standard error. Default: anything. */
  readonly stderr?: string | undefined;
  /** Expected exit code. Default 0. */
  readonly exitCode?: number | undefined;
  /** Time for this run. Default: that of the exercise. */
  readonly timeoutMs?: number | undefined;
}

/** What a solution is held to: cases for the program, tests in its language, or both. */
export interface ExerciseOptions extends CodeOptions {
  readonly cases?: readonly ExerciseCase[] | undefined;
  /** `lines` ignores white space at the end of lines and of the text. Default `exact`: every byte counts. */
  readonly compare?: 'exact' | 'lines' | undefined;
}

/**
 * Checks a solution: builds it, runs the program once per case, then the tests. `success` is true when all passed; the
 * `summary` and each case's `reason` tell in plain words what did not.
 *
 * @throws TOOLCHAIN_MISSING, UNSUPPORTED, INVALID_ARGUMENT (also for an exercise that would check nothing), and what the
 * runtime throws
 */
export async function checkExercise(runtime: Runtime, options: ExerciseOptions): Promise<CodeResult> {
  const { cases = [], tests } = options;
  if (cases.length === 0 && tests === undefined)
    throw invalidArgument('cases', 'at least one case, or tests', 'neither');
  const startedAt = performance.now();
  await using bench = await openWorkbench(runtime, options);
  const result = makeResult(bench, startedAt);
  const { toolchain } = bench;
  if (cases.length > 0 || !toolchain.buildTests) {
    const refused = await result.validate(toolchain.build ? 'build' : 'check');
    if (refused) return refused;
  }
  const checked: CaseResult[] = [];
  for (const [index, given] of cases.entries()) checked.push(await checkCase(bench, given, index, options.compare));

  let tested: TestRun | null = null;
  if (tests !== undefined) {
    const refused = await result.validate('buildTests');
    if (refused) return { ...refused, cases: checked };
    tested = await bench.test();
  }
  return result.finish(judge(checked, tested));
}

type TestRun = ExecutionResult & { readonly ran: boolean };

async function checkCase(
  bench: Workbench,
  given: ExerciseCase,
  index: number,
  compare: ExerciseOptions['compare'],
): Promise<CaseResult> {
  const execution = await bench.run({ stdin: given.stdin, args: given.args, timeoutMs: given.timeoutMs });
  const reason = findFault(execution, given, compare === 'lines' ? trimLines : (text) => text);
  return { name: given.name ?? `case ${index + 1}`, passed: reason === '', reason, execution };
}

function findFault(execution: ExecutionResult, wanted: ExerciseCase, normal: (text: string) => string): string {
  const { exitCode = 0 } = wanted;
  if (execution.timedOut) return describeEnd('it', execution);
  if (execution.exitCode !== exitCode) return `${describeEnd('it', execution)} (expected exit code ${exitCode})`;
  for (const stream of ['stdout', 'stderr'] as const) {
    const [expected, actual] = [wanted[stream], execution[stream]];
    if (expected !== undefined && normal(expected) !== normal(actual)) {
      return describeDifference(stream, normal(expected), normal(actual));
    }
  }
  return '';
}

function judge(cases: readonly CaseResult[], tests: TestRun | null) {
  const wrong = cases.filter(({ passed }) => !passed);
  const testFault = tests ? findTestFault(tests) : '';
  const faults = [
    ...(wrong.length > 0 ? [`${wrong.length} of ${cases.length} cases failed`] : []),
    ...wrong.slice(0, 3).map(({ name, reason }) => `${name}: ${reason}`),
    ...(testFault === '' ? [] : [testFault]),
  ];
  const passed = [...(cases.length > 0 ? [`all ${cases.length} cases`] : []), ...(tests ? ['the tests'] : [])];
  const hung = tests?.timedOut || wrong.some(({ execution }) => execution.timedOut);
  const status: CodeStatus = faults.length === 0 ? 'ok' : hung ? 'timeout' : 'failed';
  const execution = (tests && withoutMark(tests)) ?? (cases.at(-1) as CaseResult).execution;
  const summary = faults.length === 0 ? `passed ${passed.join(' and ')}` : faults.join('; ');
  return { status, summary, execution, cases, tests: tests && withoutMark(tests) };
}

function findTestFault(tests: TestRun): string {
  if (tests.timedOut || tests.exitCode !== 0) {
    const shown = tests.stderr.trim() === '' ? { ...tests, stderr: tests.stdout } : tests;
    return describeEnd('the test run', shown);
  }
  return tests.ran ? '' : 'no test ran';
}

function withoutMark({ ran: _ran, ...execution }: TestRun): ExecutionResult {
  return execution;
}

function trimLines(text: string): string {
  return text.replaceAll(/[^\S\n]+$/gm, '').trimEnd();
}
