import { type StepResult, toolAgent, type WorkflowResult, type WorkflowStep } from '../../../agents/index.ts';
import type { HandlerContext, Json, Outcome } from '../../../orchestration/index.ts';
import type { Runtime } from '../../../sandbox/runtime/runtime.ts';
import type { Session } from '../../../sandbox/session/session.ts';

/** Where an agent works for one execution: a directory, and a sandboxed shell of its own. */
export interface Workplace extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly session: Session;
  /** Absolute. */
  readonly directory: string;
  /** Lets the agent of a tool do steps here, one after another; a step that fails is a result. */
  work(tool: string, steps: readonly WorkflowStep[]): Promise<WorkflowResult>;
}

/** Longest time that one step of an agent may take. */
const STEP_TIMEOUT_MS = 60_000;

/** What git and the languages see of their user: nothing of the machine's own settings. */
const environment: Readonly<Record<string, string | undefined>> = {
  GIT_AUTHOR_NAME: 'rex',
  GIT_AUTHOR_EMAIL: 'rex@example.com',
  GIT_COMMITTER_NAME: 'rex',
  GIT_COMMITTER_EMAIL: 'rex@example.com',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  PYTHONDONTWRITEBYTECODE: '1',
  MAKEFLAGS: undefined,
  // Tests of a program that runs under tests itself would not be run.
  NODE_TEST_CONTEXT: undefined,
};

/** Opens a workplace in `folder`, which is made when it is missing; `fresh` empties it first. */
export async function openWorkplace(context: HandlerContext, folder: string, fresh: boolean): Promise<Workplace> {
  const { dependencies, node, run, signal } = context;
  const { runtime, root } = dependencies as { readonly runtime: Runtime; readonly root: string };
  const directory = `${root}/${folder}`;
  // What an execution that was cut off has left is in the way of the next one.
  if (fresh) await runtime.files.remove(directory, { recursive: true, missing: 'ignore' });
  await runtime.files.mkdir(directory);
  const session = await runtime.createSession({
    session: `${run}.${node}.${opened++}`,
    cwd: directory,
    loadRc: false,
    env: { ...environment, ROOT: root, LOCK_DIRECTORY: `${root}/locks` },
    signal,
  });
  return {
    runtime,
    session,
    directory,
    work: async (tool, steps) => {
      const options = { runtime, session, cwd: directory, timeoutMs: STEP_TIMEOUT_MS } as const;
      const worker = toolAgent(tool, { ...options, approve: false, onWorkflowFailure: 'return' });
      const input = { steps } as unknown as Json;
      const task = { id: node, goal: steps.map(({ name }) => name).join(', '), depth: 0, input };
      return outputOf<WorkflowResult>(await worker.handle(task, context));
    },
    [Symbol.asyncDispose]: () => session.close(),
  };
}

let opened = 0;

/** A step that runs a script; the text is a value, so that braces in it mean nothing. */
export function script(name: string, text: string, more: Partial<WorkflowStep> = {}): WorkflowStep {
  return { name, command: ['bash', '-c', '{script}'], values: { script: text }, ...more };
}

/** What a step printed last. */
export function lastOf({ steps }: WorkflowResult): StepResult {
  return steps.at(-1) as StepResult;
}

/** The output of an agent that was asked for results also where it fails. @throws Error with the reason */
export function outputOf<Output>(outcome: Outcome): Output {
  if (outcome.kind === 'done') return outcome.output as unknown as Output;
  throw new Error(outcome.kind === 'fail' ? outcome.error.message : `it does not end: ${outcome.kind}`);
}

/** The end of an output: what a reader of a log needs. */
export function tail(output: string, lines = 12): string {
  return output.trimEnd().split('\n').slice(-lines).join('\n').slice(-1_500);
}
