import { setTimeout as delay } from 'node:timers/promises';
import { deferred } from '../../../../core/deferred.ts';
import type { Engine } from '../engine/engine.ts';
import { saidBy, statusOf } from '../engine/engine-error.ts';

/** How long an engine that does not answer may be restarting. */
const engineGraceMs = 2_000;
const retryMs = 50;

/** Waits for the end of a container, and says why it came. */
export class ContainerWatch implements Disposable {
  /** Resolves with the reason once the container has ended or its engine is gone; never rejects. */
  readonly lost: Promise<string>;
  readonly #engine: Engine;
  readonly #id: string;
  readonly #name: string;
  readonly #end = deferred<string>();
  readonly #closing = new AbortController();
  #reason: string | undefined;

  constructor(engine: Engine, id: string, name: string) {
    this.#engine = engine;
    this.#id = id;
    this.#name = name;
    this.lost = this.#end.promise;
    void this.#follow();
  }

  /** The reason, once there is one. */
  gone(): string | undefined {
    return this.#reason;
  }

  /** Asks the engine whether the container runs, and returns why not. Resolves to undefined while it does. */
  async check(): Promise<string | undefined> {
    if (this.#reason !== undefined) return this.#reason;
    const reason = await this.#ask().catch(() => undefined);
    if (reason !== undefined) this.#settle(reason);
    return this.#reason;
  }

  [Symbol.dispose](): void {
    this.#closing.abort();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#closing;
    while (this.#reason === undefined && !signal.aborted) {
      try {
        await this.#engine.client.getContainer(this.#id).wait({ condition: 'not-running', abortSignal: signal });
        const reason = await this.#ask();
        if (reason !== undefined) this.#settle(reason);
      } catch (error) {
        if (signal.aborted) return;
        if (statusOf(error) === 404) this.#settle(this.#removed());
        else await this.#outlast(error);
      }
    }
  }

  /** After a broken connection: the engine may be back at once with the container in it, or without. */
  async #outlast(error: unknown): Promise<void> {
    const deadline = performance.now() + engineGraceMs;
    while (this.#reason === undefined && !this.#closing.signal.aborted) {
      await delay(retryMs, undefined, { ref: false });
      try {
        const reason = await this.#ask();
        if (reason !== undefined) this.#settle(reason);
        return;
      } catch {
        if (performance.now() < deadline) continue;
        this.#settle(`the container engine at ${this.#engine.address.url} stopped answering (${saidBy(error)})`);
      }
    }
  }

  async #ask(): Promise<string | undefined> {
    try {
      const { State } = await this.#engine.client.getContainer(this.#id).inspect();
      if (State.Running && !State.Restarting) return undefined;
      const why = State.OOMKilled ? ': out of memory' : State.Error ? `: ${State.Error}` : '';
      return `container ${this.#name} ended with exit code ${State.ExitCode}${why}`;
    } catch (error) {
      if (statusOf(error) === 404) return this.#removed();
      throw error;
    }
  }

  #removed(): string {
    return `container ${this.#name} was removed`;
  }

  #settle(reason: string): void {
    this.#reason ??= reason;
    this.#end.resolve(this.#reason);
  }
}
