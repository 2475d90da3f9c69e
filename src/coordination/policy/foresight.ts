import type { Coordinator, Prediction } from '../model/prediction.ts';
import type { CoordinationPlan } from '../plan/coordination-plan.ts';
import { type DecodePlanOptions, decodePlan } from '../plan/decode-plan.ts';
import type { PlanningTask } from '../task/planning-task.ts';
import { openDefaultCoordinator } from './open-default.ts';

/** What a coordinator says of a task, and the plan that follows. */
export interface Foreseen {
  readonly task: PlanningTask;
  readonly prediction: Prediction;
  readonly plan: CoordinationPlan;
}

/** Tasks whose plans are remembered. */
const remembered = 64;

/** Predicts each task once, though several decision points ask about it; opens its coordinator on first use. */
export class Foresight implements AsyncDisposable {
  readonly #given: Coordinator | undefined;
  /** Coordinators that it frees. */
  readonly #own: Coordinator[] = [];
  readonly #options: DecodePlanOptions & { readonly maxSteps?: number | undefined };
  readonly #known = new Map<string, Promise<Foreseen>>();
  #opened: Promise<Coordinator> | undefined;

  constructor(
    coordinator: Coordinator | undefined,
    options: DecodePlanOptions & { readonly maxSteps?: number | undefined },
  ) {
    this.#given = coordinator;
    this.#options = options;
  }

  /** Who predicts. */
  async coordinator(): Promise<Coordinator> {
    const latest = this.#own.at(-1) ?? this.#given;
    if (latest) return latest;
    this.#opened ??= openDefaultCoordinator().then((opened) => {
      this.#own.push(opened);
      return opened;
    });
    return await this.#opened;
  }

  /** Predicts with another coordinator from now on, which belongs to it. */
  adopt(coordinator: Coordinator): void {
    this.#own.push(coordinator);
    this.#known.clear();
  }

  /** The prediction and the plan of a task. */
  of(task: PlanningTask): Promise<Foreseen> {
    const key = JSON.stringify([task.text, task.workspace]);
    const known = this.#known.get(key);
    if (known) return known;
    const found = this.#foresee(task);
    this.#known.set(key, found);
    found.catch(() => this.#known.delete(key));
    const [oldest] = this.#known.keys();
    if (this.#known.size > remembered && oldest !== undefined) this.#known.delete(oldest);
    return found;
  }

  /** Frees the coordinators that it opened or adopted; one that was given belongs to its giver. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened?.catch(() => {});
    this.#opened = undefined;
    for (const coordinator of this.#own.splice(0)) coordinator[Symbol.dispose]();
    this.#known.clear();
  }

  async #foresee(task: PlanningTask): Promise<Foreseen> {
    const coordinator = await this.coordinator();
    const prediction = await coordinator.predict(task, { maxSteps: this.#options.maxSteps });
    return { task, prediction, plan: await decodePlan(task, prediction, coordinator, this.#options) };
  }
}
