import { type CodeResult, findFiles, languageAgent } from '../../../agents/index.ts';
import { RexError } from '../../../core/errors.ts';
import { done, type Handler, type HandlerContext, type Task } from '../../../orchestration/index.ts';
import { projectOf } from '../workspace/index.ts';
import type { Project } from '../workspace/project.ts';
import { type CheckKind, checkScript, toolFor } from './check-scripts.ts';
import { lastOf, openWorkplace, outputOf, script, tail, type Workplace } from './workplace.ts';

/** What one check of one project found. */
export interface Finding {
  readonly project: string;
  readonly kind: CheckKind;
  readonly ok: boolean;
  readonly detail: string;
}

/** Says "try again later" (`EX_TEMPFAIL`). */
const TEMPORARY = 75;

/** Checks one thing about one project in a clone of its own. What it finds is a result; that it could not look is a failure. */
export const check: Handler = async (task, context) => {
  const { project: name, kind } = task.input as { readonly project: string; readonly kind: CheckKind };
  const project = projectOf(name);
  await using place = await openWorkplace(context, `agents/${name}-${kind}`, false);
  await clone(place, context, `origin/${name}.git`);
  const finding = (ok: boolean, detail: string): Finding => ({ project: name, kind, ok, detail: tail(detail) });
  if (kind === 'test' && project.code) {
    const { success, summary } = await runTests(project, place, task, context);
    return done({ ...finding(success, summary) });
  }
  const result = await place.work(toolFor(project, kind), [script(kind, checkScript(project, kind))]);
  const { exitCode, output } = lastOf(result);
  if (exitCode !== TEMPORARY) return done({ ...finding(result.success, output) });
  context.note('recovers', `${tail(output)}, and that process has ended: the lock goes`);
  await place.work('git', [script('unlock', 'rm -rf "$LOCK_DIRECTORY"/*.lock')]);
  const reason = { node: context.node, reason: 'a lock is held' };
  throw new RexError('HANDLER_FAILED', tail(output), reason, { retryable: true });
};

/**
 * Clones a repository of the workspace into the agent's directory, once: an execution after one that was cut off finds
 * the clone, as it was. @throws Error where git cannot
 */
export async function clone(place: Workplace, context: HandlerContext, from: string): Promise<void> {
  let isKept = true;
  await context.step('clone', async () => {
    isKept = false;
    const { success, steps } = await place.work('git', [script('clone', `${empty}\n${cloneFrom(from)}`)]);
    if (!success) throw new Error(`${from} cannot be cloned: ${tail(steps[0]?.output ?? '')}`);
    return null;
  });
  if (isKept) await place.work('git', [script('clean', clean)]);
}

const empty = 'find . -mindepth 1 -delete';
const clean = 'rm -f .git/index.lock && git reset --quiet --hard && git clean -fdxq';

function cloneFrom(from: string): string {
  return `git clone --quiet "$ROOT/${from}" . 2>&1`;
}

/** The agent of the project's language compiles the sources and runs the tests. */
async function runTests({ language, code }: Project, place: Workplace, task: Task, context: HandlerContext) {
  const { runtime, session, directory } = place;
  const { paths } = await findFiles(runtime, { path: directory, signal: context.signal });
  const texts = await Promise.all(paths.map((path) => runtime.readFile(`${directory}/${path}`)));
  const files = Object.fromEntries(paths.map((path, index) => [path, texts[index] as string]));
  const tests = { [code?.test ?? '']: files[code?.test ?? ''] as string };
  const input = { directory, files, tests, main: code?.main ?? '', timeoutMs: 60_000 };
  const worker = languageAgent(language, { runtime, session, onFailure: 'return' });
  return outputOf<CodeResult>(await worker.handle({ ...task, input }, context));
}
