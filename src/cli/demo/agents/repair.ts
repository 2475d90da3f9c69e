import { done, fail, type GraphSpec, type Handler } from '../../../orchestration/index.ts';
import { projectOf } from '../workspace/index.ts';
import { type RepairKind, repairKinds } from '../workspace/project.ts';
import type { Finding } from './check.ts';
import type { CheckKind } from './check-scripts.ts';
import { NOT_NEEDED, repairScript } from './repair-scripts.ts';
import { lastOf, openWorkplace, script, tail } from './workplace.ts';

/** What became of one repair. */
export interface Repair {
  readonly project: string;
  readonly kind: string;
  readonly state: 'repaired' | 'not needed' | 'not possible';
  readonly summary: string;
}

/** Which repair answers which finding. */
const remedies: Readonly<Partial<Record<CheckKind, RepairKind>>> = {
  git: 'merge',
  format: 'format',
  generated: 'regenerate',
  build: 'build-step',
  test: 'bisect',
};

/** Plans the repairs that the findings of a project call for, one after another, since all of them change one tree. */
export const planRepairs: Handler = async (task, context) => {
  const { project } = task.input as { readonly project: string };
  const findings = Object.values(context.inputs).filter((input) => isFinding(input)) as unknown as Finding[];
  const wanted = new Set(findings.filter(({ ok }) => !ok).map(({ kind }) => remedies[kind]));
  const kinds = repairKinds.filter((kind) => wanted.has(kind));
  const { canPatch } = context.dependencies as { readonly canPatch?: boolean };
  const hasTodo = findings.some(({ kind, detail }) => kind === 'scan' && detail !== '');
  const names = [...kinds, ...(canPatch && hasTodo ? ['patch'] : [])];
  if (names.length === 0) return done([]);
  const nodes: GraphSpec['nodes'] = names.map((kind, index) => ({
    id: kind,
    task: { goal: `${kind} ${project}`, type: 'repair', input: { project, kind } },
    use: `${project} ${kind === 'patch' ? 'patcher' : 'repairer'}`,
    onFail: 'continue',
    dependsOn: names.slice(0, index).slice(-1),
  }));
  return { kind: 'expand', graph: { nodes }, join: 'all' };
};

/** Makes one repair in the tree of its project and commits it. */
export const repair: Handler = async (task, context) => {
  const { project, kind } = task.input as { readonly project: string; readonly kind: RepairKind };
  await using place = await openWorkplace(context, `repair/${project}`, false);
  const steps = [
    script('clone', cloneOnce(project), { required: true }),
    script(kind, repairScript(projectOf(project), kind)),
  ];
  const { exitCode, output } = lastOf(await place.work(kind === 'build-step' ? 'make' : 'git', steps));
  if (exitCode !== 0 && exitCode !== NOT_NEEDED) return fail('REPAIR_FAILED', `${kind}: ${tail(output)}`);
  const state = exitCode === 0 ? 'repaired' : 'not needed';
  const summary = exitCode === 0 ? tail(output, 1) : 'an earlier repair was enough';
  const result: Repair = { project, kind, state, summary };
  return done({ ...result });
};

/** The tree in which a project is repaired, made at the first need. */
export function cloneOnce(project: string): string {
  return `[[ -e .git/ready ]] || { rm -rf .[!.]* *; git clone --quiet "$ROOT/origin/${project}.git" . 2>&1 && touch .git/ready; }`;
}

function isFinding(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'kind' in input;
}
