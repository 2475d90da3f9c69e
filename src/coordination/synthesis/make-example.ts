import { stageOfKind } from '../plan/kind-stages.ts';
import { agentKinds } from '../task/agent-kinds.ts';
import type { CoordinationExample } from './coordination-example.ts';
import type { SourceTask } from './source-task.ts';

/** Makes an example: who worked, in the usual order of a change, and how long that takes side by side. */
export function makeExample({
  text,
  workMs,
  considered,
  changedLines,
  files,
  decompose,
  successRate,
}: SourceTask): CoordinationExample {
  const inOrder = [...workMs].sort(
    ([first, own], [second, other]) => stageOfKind(first) - stageOfKind(second) || other - own,
  );
  const stages = [...new Set(inOrder.map(([kind]) => stageOfKind(kind)))];
  const groups = stages.map((stage) => inOrder.filter(([kind]) => stageOfKind(kind) === stage));
  const named = groups.map((group) => group.map(([kind]) => agentType(kind)));
  const sequential = inOrder.reduce((sum, [, own]) => sum + own, 0);
  const duration = groups.reduce((sum, group) => sum + Math.max(...group.map(([, own]) => own)), 0);
  const level = changedLines === undefined ? levelOfTime(sequential) : levelOfLines(changedLines);
  return {
    task_description: text,
    task_complexity: {
      level,
      ...(changedLines !== undefined && { changed_lines: changedLines }),
      ...(files !== undefined && { files }),
    },
    optimal_agent_assignments: inOrder.map(([kind, own], index) => ({
      agent_type: agentType(kind),
      priority: index + 1,
      estimated_duration: own,
      dependencies: named[stages.indexOf(stageOfKind(kind)) - 1] ?? [],
    })),
    coordination_decisions: {
      decompose: decompose ?? (inOrder.length >= 3 && level >= 2),
      parallel_groups: named,
      considered: considered.map(agentType),
    },
    expected_performance: {
      duration,
      sequential_duration: sequential,
      speedup: duration > 0 ? sequential / duration : 1,
      success_rate: successRate,
    },
  };
}

/** Name of an agent kind with its group, such as `language_rust`. */
function agentType(kind: string): string {
  return `${agentKinds.find(({ name }) => name === kind)?.group ?? 'tool'}_${kind}`;
}

function levelOfLines(lines: number): 0 | 1 | 2 | 3 {
  return lines <= 15 ? 0 : lines <= 80 ? 1 : lines <= 300 ? 2 : 3;
}

function levelOfTime(workMs: number): 0 | 1 | 2 | 3 {
  const minutes = workMs / 60_000;
  return minutes < 15 ? 0 : minutes < 60 ? 1 : minutes < 240 ? 2 : 3;
}
