import { RexError } from '../../../core/errors.ts';
import { done, type Handler } from '../../../orchestration/index.ts';
import { projectOf } from '../workspace/index.ts';
import { openShell, tail } from './agent-shell.ts';
import { type CheckKind, checkScript } from './check-scripts.ts';

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
  const { project, kind } = task.input as { readonly project: string; readonly kind: CheckKind };
  await using shell = await openShell(context, `agents/${project}-${kind}`, true);
  await shell.run(`git clone --quiet "$ROOT/origin/${project}.git" . 2>&1`, { check: 'raise' });
  const { exitCode, output } = await shell.run(checkScript(projectOf(project), kind));
  if (exitCode === TEMPORARY) {
    context.note('recovers', `${tail(output)}, and that process has ended: the lock goes`);
    await shell.run('rm -rf "$LOCK_DIRECTORY"/*.lock');
    throw new RexError(
      'HANDLER_FAILED',
      tail(output),
      { node: context.node, reason: 'a lock is held' },
      { retryable: true },
    );
  }
  const finding: Finding = { project, kind, ok: exitCode === 0, detail: tail(output) };
  return done({ ...finding });
};
