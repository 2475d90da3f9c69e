import { linearOutputs } from '../linear/linear-outputs.ts';
import { planOutputs } from '../model/plan-outputs.ts';
import { groupMembers } from '../model/prior.ts';
import { agentKinds } from '../task/agent-kinds.ts';
import type { TaskRow } from './task-row.ts';

/**
 * What a row says of a plan, in the order of `planOutputs`; NaN where it says nothing. A kind of subtask occurs when one of
 * its agents is needed, and is known when one is needed or all are known. [outputs]
 */
export function planTargets(row: TaskRow): Float32Array {
  const targets = new Float32Array(planOutputs.count).fill(Number.NaN);
  agentKinds.forEach(({ name }, kind) => {
    if (row.known.includes(name)) targets[kind] = row.agents.includes(name) ? 1 : 0;
  });
  if (row.decompose !== undefined) targets[planOutputs.composite] = row.decompose ? 1 : 0;
  const lines = row.difficulty?.lines;
  if (lines !== undefined) targets[planOutputs.lines] = Math.log(1 + lines);
  if (row.difficulty) {
    for (let level = 0; level < 4; level++)
      targets[planOutputs.difficulty + level] = level === row.difficulty.level ? 1 : 0;
  }
  const shares = agentKinds.map(({ name }) => row.effort?.[name] ?? 0);
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (total > 0)
    targets.set(
      shares.map((share) => share / total),
      planOutputs.effort,
    );
  groupMembers.forEach((members, group) => {
    const labels = members.map((kind) => targets[kind] as number);
    if (labels.includes(1)) targets[planOutputs.groups + group] = 1;
    else if (!labels.some(Number.isNaN)) targets[planOutputs.groups + group] = 0;
  });
  return targets;
}

/** The part of {@link planTargets} that the linear path learns. [linearOutputs.count] */
export function linearTargets(targets: Float32Array): Float32Array {
  return targets.slice(0, linearOutputs.count);
}
