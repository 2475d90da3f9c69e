import type { Coordinator, Prediction } from '../model/prediction.ts';
import { agentKinds } from '../task/agent-kinds.ts';
import type { PlanningTask, WorkspaceSummary } from '../task/planning-task.ts';
import type { CoordinationPlan, PlanReason } from './coordination-plan.ts';

/** Bounds of {@link explainPlan}. */
export interface ExplainPlanOptions {
  /** Most predictions, each without one piece of evidence. Default 40. */
  readonly maxPredictions?: number | undefined;
  /** Reasons for each choice, the strongest first. Default 3. */
  readonly reasonsEach?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A task without one piece of what it says. */
interface Occlusion {
  readonly evidence: string;
  readonly task: PlanningTask;
}

const smallestWeight = 0.05;
const fillers = new Set(
  'the and for with from that this into when are was has have not but all its our you can'.split(' '),
);

/**
 * Says what moved each choice of a plan: a word, an ending of files or a marker file is left out, and the change of the
 * log-odds is its weight. Asks the coordinator at most `maxPredictions` times.
 */
export async function explainPlan(
  task: PlanningTask,
  plan: CoordinationPlan,
  coordinator: Pick<Coordinator, 'predict' | 'predictAll'>,
  options: ExplainPlanOptions = {},
): Promise<readonly PlanReason[]> {
  const { maxPredictions = 40, reasonsEach = 3, signal } = options;
  const occlusions = occlude(task).slice(0, Math.max(0, maxPredictions - 1));
  const [whole, ...without] = await predictAll(coordinator, [task, ...occlusions.map((each) => each.task)], signal);
  if (whole === undefined) return [];
  const selected = plan.agents.filter((agent) => agent.selected).map(({ agent }) => agent);
  return [...selected, 'composite'].flatMap((about) => {
    const reasons = occlusions.map(({ evidence }, index) => {
      const weight = logOdds(whole, about) - logOdds(without[index] as Prediction, about);
      return { about, evidence, weight };
    });
    const strongest = reasons.filter(({ weight }) => Math.abs(weight) >= smallestWeight);
    return strongest.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, reasonsEach);
  });
}

async function predictAll(
  coordinator: Pick<Coordinator, 'predict' | 'predictAll'>,
  tasks: readonly PlanningTask[],
  signal: AbortSignal | undefined,
): Promise<readonly Prediction[]> {
  if (coordinator.predictAll) return await coordinator.predictAll(tasks, { signal });
  const predictions: Prediction[] = [];
  for (const task of tasks) {
    signal?.throwIfAborted();
    predictions.push(await coordinator.predict(task, { signal }));
  }
  return predictions;
}

/** The task without each of its words, endings and markers: markers and endings first, as they are few. */
function occlude({ text, workspace }: PlanningTask): readonly Occlusion[] {
  const words = new Set(text.slice(0, 4_000).match(/[\p{L}\p{N}][\p{L}\p{N}_.+#-]*[\p{L}\p{N}+#]/gu) ?? []);
  const telling = [...words].filter((word) => word.length > 2 && !fillers.has(word.toLowerCase()));
  const ofText = telling.map((word) => ({
    evidence: word,
    task: { text: text.replaceAll(word, ' '), ...(workspace && { workspace }) },
  }));
  if (!workspace) return ofText;
  const ofMarkers = workspace.markers.map((marker) => ({
    evidence: marker,
    task: { text, workspace: { ...workspace, markers: workspace.markers.filter((other) => other !== marker) } },
  }));
  const ofEndings = Object.keys(workspace.ext).map((ending) => ({
    evidence: `*.${ending}`,
    task: { text, workspace: withoutEnding(workspace, ending) },
  }));
  return [...ofEndings, ...ofMarkers, ...ofText];
}

function withoutEnding(workspace: WorkspaceSummary, ending: string): WorkspaceSummary {
  const { [ending]: count = 0, ...ext } = workspace.ext;
  return { ...workspace, files: Math.max(0, workspace.files - count), ext };
}

function logOdds(prediction: Prediction, about: string): number {
  const index = agentKinds.findIndex(({ name }) => name === about);
  const probability = about === 'composite' ? prediction.composite : (prediction.agents[index] ?? 0.5);
  const bounded = Math.min(1 - 1e-6, Math.max(1e-6, probability));
  return Math.log(bounded / (1 - bounded));
}
