import { linearOutputs } from '../linear/linear-outputs.ts';
import type { LinearScores } from '../linear/linear-path.ts';
import { agentKinds } from '../task/agent-kinds.ts';
import { levelBounds, planOutputs } from './plan-outputs.ts';

/** Spread of the true log-lines around the linear path's guess. */
const LINES_DEVIATION = 1.35;
const systemKinds: ReadonlySet<string> = new Set(['devops', 'systems', 'docker']);

/** Which agent kinds make a kind of subtask: code = languages, tool = tools, system = devops, systems and docker. */
export const groupMembers: readonly (readonly number[])[] = [
  ({ group }: { group: string }) => group === 'language',
  ({ group }: { group: string }) => group === 'tool',
  ({ name }: { name: string }) => systemKinds.has(name),
].map((belongs) => agentKinds.flatMap((kind, index) => (belongs(kind) ? [index] : [])));

/** What the best linear answer says of a plan: the level from which the heads start. [planOutputs.count] */
export function planPrior({ joint: linear }: Pick<LinearScores, 'joint'>): Float32Array {
  const prior = new Float32Array(planOutputs.count);
  prior.set(linear.subarray(0, linearOutputs.count));
  prior.set(levelLogits(linear[linearOutputs.lines] as number), planOutputs.difficulty);
  groupMembers.forEach((members, group) => {
    prior[planOutputs.groups + group] = Math.max(
      ...members.map((kind) => linear[linearOutputs.agents + kind] as number),
    );
  });
  return prior;
}

/** Logarithm of each level's probability when log-lines are spread normally around a guess. */
function levelLogits(guess: number): number[] {
  const below = [0, ...levelBounds.map((bound) => normalShare((bound - guess) / LINES_DEVIATION)), 1];
  return [0, 1, 2, 3].map((level) => Math.log(Math.max(1e-3, (below[level + 1] as number) - (below[level] as number))));
}

/** Share of a normal distribution below z (logistic approximation, error below 0.01). */
function normalShare(z: number): number {
  return 1 / (1 + Math.exp(-1.702 * z));
}
