import { performance } from 'node:perf_hooks';
import type { CaseResult, CodeResult, CodeStatus, ExecutionResult } from './code-result.ts';
import { describeEnd } from './describe-end.ts';
import type { Workbench } from './workbench.ts';

/** Collects what happens to code and makes one result of it. */
export interface ResultMaker {
  /** Checks or builds; the result when the compiler refused, else undefined. */
  validate(part: 'check' | 'build' | 'buildTests'): Promise<CodeResult | undefined>;
  finish(end: ResultEnd): CodeResult;
}

/** How the code fared in the end. */
export interface ResultEnd {
  readonly status: CodeStatus;
  readonly summary: string;
  readonly execution: ExecutionResult;
  readonly cases?: readonly CaseResult[];
  readonly tests?: ExecutionResult | null;
}

/** Starts a result for the code of a workbench; times count from `startedAt` (`performance.now()`). */
export function makeResult(bench: Workbench, startedAt: number): ResultMaker {
  const { language, layout } = bench;
  const spent = { checkMs: 0, buildMs: 0 };
  let valid = true;
  let output = '';
  const finish = ({ status, summary, execution, cases = [], tests = null }: ResultEnd): CodeResult => {
    const runs = [...cases.map((result) => result.execution), ...(tests ? [tests] : [])];
    const runMs = (runs.length > 0 ? runs : [execution]).reduce((sum, { durationMs }) => sum + durationMs, 0);
    return {
      ...{ language: language.name, status, success: status === 'ok', summary },
      ...{ code: layout.code, files: [...layout.files.keys()], execution, validation: { valid, output } },
      metrics: {
        lines: layout.code.replace(/\n$/, '').split('\n').length,
        bytes: Buffer.byteLength(layout.code),
        ...{ ...spent, runMs: valid ? runMs : 0, totalMs: performance.now() - startedAt },
      },
      ...{ cases, tests },
    };
  };
  const validate = async (part: 'check' | 'build' | 'buildTests'): Promise<CodeResult | undefined> => {
    const execution = await bench.validate(part);
    if (!execution) return undefined;
    spent[part === 'check' ? 'checkMs' : 'buildMs'] += execution.durationMs;
    output += execution.stdout + execution.stderr;
    if (execution.exitCode === 0) return undefined;
    if (execution.timedOut) {
      return finish({ status: 'timeout', summary: describeEnd('the compiler', execution), execution });
    }
    valid = false;
    const meaning = language.explanations?.find(({ pattern }) => pattern.test(output))?.words;
    const what = meaning === undefined ? 'the code does not compile' : `the code does not compile (${meaning})`;
    const summary = `${what}: ${output.trim().slice(0, 2000)}`;
    return finish({ status: 'invalid', summary, execution });
  };
  return { validate, finish };
}
