import { invalidArgument } from '../../../core/errors.ts';
import type { Json } from '../../../core/json.ts';
import type { GraphSpec, NodeSpec } from '../../../orchestration/graph/graph.ts';
import type { WorkflowValues } from '../tools/tool-preset.ts';
import { toolWorkflow } from '../tools/workflow.ts';
import type { DomainPhase, DomainPreset, DomainTask } from './domain.ts';
import { findDomain } from './domains.ts';

/** What a domain's graph is made for. */
export interface DomainGraphOptions {
  /** Values of all steps, over those of the preset. */
  readonly values?: WorkflowValues | undefined;
  /** Directory of the project. Default: that of the handlers. */
  readonly cwd?: string | undefined;
  /** Phases in place of the preset's. */
  readonly phases?: readonly DomainPhase[] | undefined;
}

/** Names under which {@link domainHandlers} does the nodes of a domain's graph. */
export const domainNodes = { task: 'domain.task', gate: 'domain.gate', result: 'domain.result' } as const;

/** A task of a phase as its node carries it. */
export interface DomainTaskInput extends DomainTask {
  readonly cwd?: string | undefined;
}

/** What the gate after a phase is given. */
export interface DomainGateInput {
  readonly domain: string;
  readonly phase: string;
  /** Tasks by the ids of their nodes. */
  readonly tasks: Readonly<Record<string, DomainTaskInput>>;
  readonly validate?: DomainTaskInput | undefined;
  readonly recover?: DomainTaskInput | undefined;
}

/**
 * The phases of a domain as a graph: the tasks of a phase run at the same time, its gate validates and recovers, the
 * next phase waits for the gate, and a last node makes a {@link DomainResult}. All of it is data: run it with
 * `run(graph, { handlers: domainHandlers(…) })`.
 *
 * @throws UNSUPPORTED for an unknown domain or tool, INVALID_ARGUMENT for phases that fit nothing
 */
export function domainGraph(domain: string | DomainPreset, options: DomainGraphOptions = {}): GraphSpec {
  const preset = findDomain(domain);
  const { phases = preset.phases, cwd } = options;
  if (phases.length === 0) throw invalidArgument('phases', 'at least one phase', phases);
  const complete = (task: DomainTask): DomainTaskInput => {
    const values = { ...preset.values, ...options.values, ...task.values };
    toolWorkflow(task.tool, task.steps);
    return { ...task, values, ...(cwd !== undefined && { cwd }) };
  };
  const nodes: NodeSpec[] = [];
  const results: string[] = [];
  let before: readonly string[] = [];
  for (const { name, tasks, validate, recover } of phases) {
    const inputs = Object.fromEntries(tasks.map((task) => [`${name}.${task.name}`, complete(task)]));
    for (const [id, input] of Object.entries(inputs)) {
      const task = { goal: `${name}: ${input.name}`, input: asJson(input) };
      nodes.push({ id, task, use: domainNodes.task, dependsOn: before, onFail: 'continue' });
    }
    const gate: DomainGateInput = {
      ...{ domain: preset.name, phase: name, tasks: inputs },
      ...(validate && { validate: complete(validate) }),
      ...(recover && { recover: complete(recover) }),
    };
    const goal = `Check the phase ${name}`;
    nodes.push({
      id: name,
      task: { goal, input: asJson(gate) },
      use: domainNodes.gate,
      dependsOn: Object.keys(inputs),
    });
    results.push(name);
    before = [name];
  }
  const input = asJson({
    domain: preset.name,
    phases: results,
    artifacts: preset.artifacts,
    ...(cwd !== undefined && { cwd }),
  });
  nodes.push({
    id: 'result',
    task: { goal: `Result of ${preset.name}`, input },
    use: domainNodes.result,
    dependsOn: results,
  });
  return { nodes };
}

function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
