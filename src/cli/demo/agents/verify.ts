import { done, type Handler } from '../../../orchestration/index.ts';
import type { Runtime } from '../../../sandbox/runtime/runtime.ts';
import { projectOf } from '../workspace/index.ts';
import { clone } from './check.ts';
import { checkKinds, checkScript } from './check-scripts.ts';
import type { Survey } from './survey.ts';
import { openWorkplace, script, tail } from './workplace.ts';

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
  await using place = await openWorkplace(context, `agents/${name}-verify`, false);
  await clone(place, context, from);
  const needed = project.generated?.needs?.what;
  const canGenerate = needed === undefined || needed in installed;
  const kinds = checkKinds.filter((each) => each !== 'generated' || canGenerate);
  const scripts = kinds.map((kind) => script(kind, kind === 'git' ? wholeGit : checkScript(project, kind)));
  const { steps } = await place.work(project.tool, scripts);
  const failed = steps.flatMap(({ name: kind, success, output }) => (success ? [] : [`${kind}: ${tail(output, 3)}`]));
  const verdict: Verdict = { project: name, ok: failed.length === 0, failed };
  return done({ ...verdict });
};

/** Branches that were ready are not looked at again: they were merged, or somebody has to. */
const wholeGit = 'git fsck --full --no-progress';
