import type { HandlerContext } from '../../../orchestration/index.ts';
import type { Runtime } from '../../../sandbox/runtime/runtime.ts';
import type { Observation, RunOptions } from '../../../sandbox/session/session.ts';

/** A sandboxed shell of one agent, in a directory of its own, for one execution. */
export interface AgentShell extends AsyncDisposable {
  run(script: string, options?: RunOptions): Promise<Observation>;
}

/** Longest time that one script of an agent may take. */
const SCRIPT_TIMEOUT_MS = 60_000;

/** What git and the languages see of their user: nothing of the machine's own settings. */
export const agentEnvironment: Readonly<Record<string, string | undefined>> = {
  GIT_AUTHOR_NAME: 'rex',
  GIT_AUTHOR_EMAIL: 'rex@example.com',
  GIT_COMMITTER_NAME: 'rex',
  GIT_COMMITTER_EMAIL: 'rex@example.com',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  PYTHONDONTWRITEBYTECODE: '1',
  MAKEFLAGS: undefined,
  // Tests of a program that runs under tests itself would not be run.
  NODE_TEST_CONTEXT: undefined,
};

/** Opens the shell of an agent in `directory`, which is made when it is missing; `fresh` empties it first. */
export async function openShell(
  { dependencies, node, run, signal }: HandlerContext,
  directory: string,
  fresh: boolean,
): Promise<AgentShell> {
  const { runtime, root } = dependencies as { readonly runtime: Runtime; readonly root: string };
  // What an execution that was cut off has left is in the way of the next one.
  if (fresh) await runtime.files.remove(directory, { recursive: true, missing: 'ignore' });
  await runtime.files.mkdir(directory);
  const session = await runtime.createSession({
    session: `${run}.${node}.${openedShells++}`,
    cwd: directory,
    loadRc: false,
    env: { ...agentEnvironment, ROOT: root, LOCK_DIRECTORY: `${root}/locks` },
    signal,
  });
  return {
    // In a subshell, so that a script that exits leaves the shell to the next one.
    run: (script, options = {}) => session.run(`(\n${script}\n)`, { timeoutMs: SCRIPT_TIMEOUT_MS, signal, ...options }),
    [Symbol.asyncDispose]: () => session.close(),
  };
}

let openedShells = 0;

/** The end of an output: what a reader of a log needs. */
export function tail(output: string, lines = 12): string {
  return output.trimEnd().split('\n').slice(-lines).join('\n').slice(-1_500);
}
