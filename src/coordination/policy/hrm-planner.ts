import type { AgentQuery, GraphSpec, HandlerContext, Journal, Policy, Task } from '../../orchestration/index.ts';
import type { OrderEdge } from '../model/prediction.ts';
import { keepAcyclic } from '../plan/acyclic.ts';
import type { CoordinationPlan } from '../plan/coordination-plan.ts';
import { planGraph } from '../plan/plan-graph.ts';
import { splitText } from '../plan/split-text.ts';
import { agentKinds } from '../task/agent-kinds.ts';
import { textTrust } from '../task/text-trust.ts';
import { certainty } from './certainty.ts';
import { delegationGain } from './delegation-gain.ts';
import { type ExperiencesOptions, experiences, type PastTask } from './experiences.ts';
import { type Foreseen, Foresight } from './foresight.ts';
import { type Learned, type LearnOptions, learnFromRuns } from './learn-from-runs.ts';
import type { HrmPlannerOptions } from './planner-options.ts';
import { readTask } from './read-task.ts';

/** Subtasks whose order is asked for. */
export interface OrderQuestion {
  readonly request: string;
  readonly subtasks: readonly string[];
}

/** A planner as policies for the engine's decision points. */
export interface HrmPlanner extends AsyncDisposable {
  /** Whether a task is done as it is. */
  readonly isAtomic: Policy<Task, boolean>;
  /** Takes a task apart. */
  readonly plan: Policy<Task, GraphSpec>;
  /** Who does a task. */
  readonly selectAgent: Policy<Task, AgentQuery>;
  /** Share of the effort by agent kind; the shares sum to 1. */
  readonly allocate: Policy<Task, Readonly<Record<string, number>>>;
  /** Which subtask comes before which, by position: always acyclic. */
  readonly order: Policy<OrderQuestion, readonly OrderEdge[]>;
  /** Whether several agents are worth the communication, or one does it all. */
  readonly delegateOrSolo: Policy<Task, 'delegate' | 'solo'>;
  /** Whether planning stops: another step (more agents, a finer split) would not improve the plan. */
  readonly halt: Policy<Task, boolean>;
  /**
   * Learns from the runs of a journal by fine-tuning the heads, behind the gate of {@link learnFromRuns}: it plans with the
   * new weights from then on, or with the old ones as before.
   */
  learn(journal: Journal, options?: LearnFromJournalOptions): Promise<Learned>;
  /** The whole plan behind the decisions. */
  foresee(task: Task): Promise<CoordinationPlan>;
}

/** What {@link HrmPlanner.learn} reads and how it learns. */
export type LearnFromJournalOptions = Pick<ExperiencesOptions, 'runs' | 'kindOf'> & Partial<LearnOptions>;

/** How sure an order of subtasks is: about half of the edges of real plans are found. */
const orderConfidence = 0.5;

/**
 * The coordination heads as policies, for `solve(task, { isAtomic: planner.isAtomic, plan: planner.plan, … })` and for
 * `firstConfident(0.8, planner.plan, modelPolicy(…), rules(…))`. A task is predicted once for all decisions about it.
 */
export function hrmPlanner(options: HrmPlannerOptions = {}): HrmPlanner {
  const { workspace, read = (task) => readTask(task, workspace), agent = (kind) => kind, costs } = options;
  const foresight = new Foresight(options.coordinator, options);
  const use = options.use ?? (() => undefined);
  const foresee = async (task: Task, context?: HandlerContext): Promise<Foreseen> =>
    await foresight.of(await read(task, context));

  /** A policy that looks at what is foreseen of a task. */
  function policy<Action>(decide: (seen: Foreseen, task: Task) => Choice<Action>): Policy<Task, Action> {
    return {
      decide: async (task, context) => {
        const seen = await foresee(task, context);
        return { by: seen.plan.by, ...decide(seen, task) };
      },
    };
  }

  return {
    isAtomic: policy(decideAtomic),
    plan: policy(({ plan }) => ({
      action: planGraph(plan, { use }),
      confidence: plan.confidence,
      scores: scoresOf(plan),
    })),
    selectAgent: policy(({ plan, task: { text } }, { type }) => {
      const own = plan.agents.find((known) => known.agent === type);
      const best = own ?? plan.agents.reduce((most, next) => (next.effort > most.effort ? next : most));
      const confidence = own ? 1 : best.probability * textTrust(text);
      return { action: agent(best.agent), confidence, scores: scoresOf(plan) };
    }),
    allocate: policy(({ plan }) => {
      const action = Object.fromEntries(
        plan.agents.filter((one) => one.selected).map((one) => [one.agent, one.effort]),
      );
      return { action, confidence: plan.confidence };
    }),
    order: {
      decide: async ({ request, subtasks }) => {
        const coordinator = await foresight.coordinator();
        const action = keepAcyclic(await coordinator.order(request, subtasks), subtasks.length);
        const confidence = orderConfidence * textTrust([request, ...subtasks].join('\n'));
        return { action, confidence, by: coordinator.name };
      },
    },
    delegateOrSolo: policy(({ plan }) => {
      const { soloMs, delegatedMs } = delegationGain(plan, costs);
      const action = plan.subtasks.length > 1 && delegatedMs < soloMs ? 'delegate' : 'solo';
      const advantage = Math.abs(soloMs - delegatedMs) / Math.max(soloMs, delegatedMs);
      return { action, confidence: plan.confidence * (0.5 + advantage / 2), scores: { soloMs, delegatedMs } };
    }),
    halt: policy(({ prediction: { continueProbability } }) => ({
      action: continueProbability < 0.5,
      confidence: certainty(continueProbability),
    })),
    learn: async (journal, learning = {}) => {
      const rows: PastTask[] = [];
      const { runs, kindOf } = learning;
      for await (const row of experiences(journal, { runs, kindOf, workspace })) rows.push(row);
      const trainer = learning.trainer ?? (await import('./head-trainer.ts')).headTrainer();
      const learned = await learnFromRuns(await foresight.coordinator(), rows, { ...learning, trainer });
      if (learned.accepted) foresight.adopt(learned.coordinator);
      return learned;
    },
    foresee: async (task) => (await foresee(task)).plan,
    [Symbol.asyncDispose]: () => foresight[Symbol.asyncDispose](),
  };
}

interface Choice<Action> {
  readonly action: Action;
  readonly confidence: number;
  readonly scores?: Readonly<Record<string, number>>;
}

/** What a plan has given to one agent is taken apart once more only where its author wrote several steps. */
function decideAtomic({ task, plan, prediction }: Foreseen, { type }: Task): Choice<boolean> {
  const isAssigned = agentKinds.some(({ name }) => name === type);
  if (isAssigned && splitText(task.text, 2).parts.length < 2) return { action: true, confidence: 1 };
  const { value, probability } = plan.composite;
  const isAtomic = !value || plan.subtasks.length < 2;
  const confidence = certainty(probability, prediction.compositeThreshold) * textTrust(task.text);
  return { action: isAtomic, confidence, scores: { composite: probability } };
}

function scoresOf({ agents }: CoordinationPlan): Readonly<Record<string, number>> {
  return Object.fromEntries(agents.map(({ agent, probability }) => [agent, probability]));
}
