import { done, type Handler } from '../../../orchestration/index.ts';
import type { Runtime } from '../../../sandbox/runtime/runtime.ts';
import { projectOf } from '../workspace/index.ts';
import { openShell, tail } from './agent-shell.ts';
import { type CheckKind, checkKinds, checkScript } from './check-scripts.ts';
import type { Survey } from './survey.ts';

/** Whether a repaired project passes every check, and what it does not pass. */
export interface Verdict {
  readonly project: string;
  readonly ok: boolean;
  readonly failed: readonly string[];
}

/** Runs every check of a project on its repaired tree, in a fresh clone. */
export const verify: Handler = async (task, context) => {
  const { project: name } = task.input as { readonly project: string };
  const project = projectOf(name);
  const { runtime } = context.dependencies as { readonly runtime: Runtime };
  const { installed } = context.inputs.survey as unknown as Survey;
  const isRepaired = await runtime.files.exists(`repair/${name}/.git/ready`);
  const from = isRepaired ? `repair/${name}` : `origin/${name}.git`;
  await using shell = await openShell(context, `agents/${name}-verify`, true);
  await shell.run(`git clone --quiet "$ROOT/${from}" . 2>&1`, { check: 'raise' });
  const needed = project.generated?.needs?.what;
  const canGenerate = needed === undefined || needed in installed;
  const failed: string[] = [];
  for (const kind of checkKinds.filter((each) => each !== 'generated' || canGenerate)) {
    const { exitCode, output } = await shell.run(script(kind));
    if (exitCode !== 0) failed.push(`${kind}: ${tail(output, 3)}`);
  }
  const verdict: Verdict = { project: name, ok: failed.length === 0, failed };
  return done({ ...verdict });

  function script(kind: CheckKind): string {
    return kind === 'git' ? 'git fsck --full --no-progress' : checkScript(project, kind);
  }
};
