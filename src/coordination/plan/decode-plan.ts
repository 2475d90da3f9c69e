import { invalidArgument } from '../../core/errors.ts';
import type { Coordinator, OrderEdge, Prediction } from '../model/prediction.ts';
import type { PlanningTask } from '../task/planning-task.ts';
import { keepAcyclic, withoutShortcuts } from './acyclic.ts';
import { planConfidence } from './confidence.ts';
import type { CoordinationPlan, PlannedAgent, PlannedSubtask } from './coordination-plan.ts';
import { directSubtask, subtasksOfAgents, subtasksOfParts } from './make-subtasks.ts';
import { boundedCount, normalise, type SelectAgentsOptions, selectAgents, share } from './select-agents.ts';
import { splitText } from './split-text.ts';

/** How a prediction becomes a plan. */
export interface DecodePlanOptions extends SelectAgentsOptions {
  /** Confidence below which the plan says `abstain`. Default 0.4. */
  readonly abstainBelow?: number | undefined;
}

/** Usual working time of each difficulty: the middles of less than 15 minutes, to an hour, to four hours, and more. */
const usualMinutes = [8, 35, 150, 360] as const;

/**
 * Makes a plan of a prediction: whoever reaches a threshold takes part, effort is shared among them, and a composite task
 * becomes the subtasks that its author listed, in the coordinator's order, or one for each agent in the usual order. The
 * order is acyclic whatever the prediction says.
 *
 * @throws INVALID_ARGUMENT when no kind is available
 */
export async function decodePlan(
  task: PlanningTask,
  prediction: Prediction,
  coordinator: Pick<Coordinator, 'name' | 'order'>,
  options: DecodePlanOptions = {},
): Promise<CoordinationPlan> {
  const { abstainBelow = 0.4 } = options;
  const agents = selectAgents(prediction, options);
  const selected = agents.filter((agent) => agent.selected);
  if (selected.length === 0) throw invalidArgument('available', 'at least one known agent kind', options.available);
  const composite = share(prediction.composite);
  const isComposite = composite >= (prediction.compositeThreshold ?? 0.5);
  const subtasks = isComposite ? await takeApart(task.text, selected, coordinator, options) : [];
  const probabilities = normalise([0, 1, 2, 3].map((level) => share(prediction.difficulty[level])));
  const confidence = planConfidence(agents, task.text);
  return {
    agents,
    composite: { value: isComposite, probability: composite },
    subtasks: subtasks.length > 0 ? subtasks : [directSubtask(task.text, selected)],
    difficulty: {
      level: probabilities.indexOf(Math.max(...probabilities)) as 0 | 1 | 2 | 3,
      expectedLines: Number.isFinite(prediction.expectedLines) ? Math.max(0, prediction.expectedLines) : 0,
      probabilities,
    },
    expectedDurationMs: Math.round(
      probabilities.reduce((sum, rate, level) => sum + rate * (usualMinutes[level] ?? 0), 0) * 60_000,
    ),
    planningSteps: prediction.steps,
    confidence,
    abstain: confidence < abstainBelow,
    reasons: [],
    by: coordinator.name,
  };
}

async function takeApart(
  text: string,
  selected: readonly PlannedAgent[],
  coordinator: Pick<Coordinator, 'order'>,
  { maxAgents }: DecodePlanOptions,
): Promise<readonly PlannedSubtask[]> {
  const { parts, isSequence } = splitText(text, boundedCount(maxAgents));
  if (parts.length < 2) return subtasksOfAgents(text, selected);
  const told: readonly OrderEdge[] = parts.slice(1).map((_, index) => [index, index + 1]);
  const edges = isSequence ? told : keepAcyclic(await coordinator.order(text, parts), parts.length);
  const direct = withoutShortcuts(edges, parts.length);
  const loose = subtasksOfParts(parts, selected);
  return loose.map((subtask, place) => {
    const after = direct.flatMap(([before, later]) => (later === place ? [loose[before]?.id ?? ''] : []));
    return { ...subtask, after };
  });
}
