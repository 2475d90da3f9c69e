import type { Runtime } from '../../../sandbox/runtime/runtime.ts';
import type { Session } from '../../../sandbox/session/session.ts';
import { cutText } from '../../tools/cut-output.ts';
import { defineTool } from '../../tools/define-tool.ts';
import type { Tool } from '../../tools/tool.ts';
import type { CodeResult, ExecutionResult } from './code-result.ts';
import { codeResultSchema } from './code-result.ts';
import { codeCallSchema } from './code-task.ts';
import { checkTask } from './language-agent.ts';

const shownCharacters = 8000;

/** The tool `run_code`: writes, checks, builds and runs code of any known language, and holds it to cases and tests. */
export function codeTool({
  runtime,
  session,
}: {
  readonly runtime: Runtime;
  readonly session?: Session | undefined;
}): Tool {
  return defineTool({
    name: 'run_code',
    description:
      'Runs a program in python, javascript, typescript, rust, go, java or c++ with its real tools: give code (and files), then stdin and args, or cases with the expected stdout and exitCode, or tests in the language. Tells whether it compiles, what it printed, its exit code, and in summary what is wrong.',
    input: codeCallSchema,
    output: codeResultSchema,
    annotations: { destructive: false, openWorld: true },
    run: async (input, { signal }) => shorten(await checkTask(runtime, { ...input, session, signal })),
  });
}

function shorten(result: CodeResult): CodeResult {
  const cut = (execution: ExecutionResult): ExecutionResult => ({
    ...execution,
    stdout: cutText(execution.stdout, shownCharacters),
    stderr: cutText(execution.stderr, shownCharacters),
  });
  return {
    ...result,
    execution: cut(result.execution),
    cases: result.cases.map((checked) => ({ ...checked, execution: cut(checked.execution) })),
    tests: result.tests && cut(result.tests),
  };
}
