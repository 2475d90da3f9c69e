import { planTask } from '../../coordination/plan/plan-task.ts';
import { openDefaultCoordinator } from '../../coordination/policy/open-default.ts';
import { ruleCoordinator } from '../../coordination/policy/rule-coordinator.ts';
import { summariseWorkspace } from '../../coordination/task/summarise-workspace.ts';
import type { GraphSpec } from '../../orchestration/index.ts';
import { projects } from './workspace/index.ts';
import type { Project } from './workspace/project.ts';

/** A graph in the order in which the coordinator would begin, and what it says of each project, for people. */
export interface Foreseen {
  readonly graph: GraphSpec;
  readonly lines: readonly string[];
}

/**
 * Lets the coordination heads plan the work on each project: what is expected to take longest begins first, and each task
 * carries the agents it is expected to need. The graph's precedence stays as it is, whatever they say.
 */
export async function foresee(graph: GraphSpec): Promise<Foreseen> {
  using coordinator = await openDefaultCoordinator().catch(() => ruleCoordinator());
  const plans = await Promise.all(
    projects.map(async (project) => ({ project, plan: await planTask(taskFor(project), coordinator) })),
  );
  plans.sort((first, second) => second.plan.expectedDurationMs - first.plan.expectedDurationMs);
  const rank = new Map(plans.map(({ project }, index) => [project.name, index]));
  const agentsOf = new Map(
    plans.map(({ project, plan }) => [
      project.name,
      plan.agents.filter(({ selected }) => selected).map(({ agent }) => agent),
    ]),
  );
  const nodes = graph.nodes.map((node) => {
    const agents = agentsOf.get(projectName(node.id));
    return agents ? { ...node, task: { ...node.task, preferences: { agents } } } : node;
  });
  const [first, last] = [-1, projects.length];
  const rankOf = (id: string): number => rank.get(projectName(id)) ?? (id === 'survey' ? first : last);
  const sorted = nodes.sort((one, other) => rankOf(one.id) - rankOf(other.id));
  const told = plans.map(({ project }) => `${project.name} (${agentsOf.get(project.name)?.join(', ')})`);
  return { graph: { nodes: sorted }, lines: [`planned by ${coordinator.name}: ${told.join('; ')}`] };
}

function taskFor({ language, history, repairs }: Project): {
  text: string;
  workspace: ReturnType<typeof summariseWorkspace>;
} {
  const files = new Set<string>();
  for (const commit of history) {
    for (const [path, content] of Object.entries(commit.files)) {
      if (content === null) files.delete(path);
      else files.add(path);
    }
  }
  const text = `Check the ${language} project: build it, run its tests, repair what fails (${repairs.join(', ')})`;
  return { text, workspace: summariseWorkspace(files) };
}

function projectName(id: string): string {
  return id.slice(0, Math.max(0, id.indexOf('.')));
}
