import { ChangeSignal } from '../../../core/change-signal.ts';
import { deferred } from '../../../core/deferred.ts';
import type { Json } from '../../../core/json.ts';
import type { Run } from '../../../orchestration/engine/run.ts';
import type { Sandbox } from './sandbox-desk.ts';

/** A task that an agent does, or has done. */
export class AgentRun {
  readonly id: string;
  readonly agent: string;
  readonly sandbox: Sandbox;
  readonly run: Run;
  /** The last events, as lines of JSON. */
  readonly lines: string[] = [];
  /** Events before the first line. */
  dropped = 0;
  /** Tickets that a person was asked about, and those that one is being asked about. */
  readonly asked: Set<string> = new Set();
  readonly asking: Set<string> = new Set();
  output: Json | undefined;
  error: string | undefined;
  readonly #ended = deferred<void>();
  #isEnded = false;
  readonly #changes = new ChangeSignal();

  constructor(facts: Pick<AgentRun, 'id' | 'agent' | 'sandbox' | 'run'>) {
    this.id = facts.id;
    this.agent = facts.agent;
    this.sandbox = facts.sandbox;
    this.run = facts.run;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Resolves when it is over and everything about it is here. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Resolves at the next change. */
  changed(): Promise<void> {
    return this.#changes.next();
  }

  /** Tells those who wait for a change. */
  wake(): void {
    this.#changes.notify();
  }

  finish(): void {
    this.#isEnded = true;
    this.#ended.resolve();
    this.wake();
  }
}
