import { performance } from 'node:perf_hooks';
import type { Runtime } from '../../../sandbox/runtime/runtime.ts';
import type { CodeResult } from './code-result.ts';
import { describeEnd } from './describe-end.ts';
import { makeResult } from './make-result.ts';
import { type CodeOptions, openWorkbench } from './workbench.ts';

/** What a program is started with. */
export interface RunCodeOptions extends CodeOptions {
  /** Standard input; empty when absent. */
  readonly stdin?: string | Uint8Array | undefined;
  readonly args?: readonly string[] | undefined;
}

/**
 * Writes a program by the file system, checks and builds it with the tools of its language, and runs it. A program that
 * does not compile, ends with another exit code than 0 or does not end is a result; a hanging one is killed with all it
 * started.
 *
 * @throws TOOLCHAIN_MISSING with the tool's name and how to install it, UNSUPPORTED for an unknown language,
 * INVALID_ARGUMENT, and what the runtime throws
 */
export async function runCode(runtime: Runtime, options: RunCodeOptions): Promise<CodeResult> {
  const startedAt = performance.now();
  await using bench = await openWorkbench(runtime, options);
  const result = makeResult(bench, startedAt);
  const refused = await result.validate(bench.toolchain.build ? 'build' : 'check');
  if (refused) return refused;
  const execution = await bench.run({ stdin: options.stdin, args: options.args });
  const status = execution.timedOut ? 'timeout' : execution.exitCode === 0 ? 'ok' : 'failed';
  return result.finish({ status, summary: describeEnd('the program', execution), execution });
}

/** Checks code without running it: `status` is `ok` or `invalid`. @throws as {@link runCode} */
export async function checkCode(runtime: Runtime, options: CodeOptions): Promise<CodeResult> {
  const startedAt = performance.now();
  await using bench = await openWorkbench(runtime, options);
  const result = makeResult(bench, startedAt);
  const refused = await result.validate(bench.toolchain.check ? 'check' : 'build');
  if (refused) return refused;
  const execution = { command: [], stdout: '', stderr: '', exitCode: 0, signal: null, durationMs: 0 };
  const summary = `the code is valid ${bench.language.name}`;
  return result.finish({ status: 'ok', summary, execution: { ...execution, timedOut: false, truncated: false } });
}
