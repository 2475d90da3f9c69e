import type { Clock } from '../../../core/clock.ts';
import type { Deployment } from '../deployment.ts';
import type { LeaseRequest } from './lease-request.ts';
import type { Source } from './place.ts';
import type { DeploymentPlace } from './pool-place.ts';
import type { Requirements } from './requirements.ts';
import { within } from './within.ts';

/** Deployments of one kind. The kind is down after one could not be started, and up again once one could. */
export class DeploymentSource implements Source<Deployment> {
  readonly name: string;
  readonly offers: Requirements;
  readonly isShared = false;
  readonly max: number;
  readonly spares: number;
  readonly #place: DeploymentPlace;
  readonly #clock: Clock;
  readonly #timeoutMs: number;

  constructor(
    place: DeploymentPlace,
    options: { readonly max: number; readonly clock: Clock; readonly timeoutMs: number },
  ) {
    this.name = place.name;
    this.offers = place.offers ?? {};
    this.max = place.max ?? options.max;
    this.spares = place.spares ?? 0;
    this.#place = place;
    this.#clock = options.clock;
    this.#timeoutMs = options.timeoutMs;
  }

  async start(): Promise<void> {}

  async check(): Promise<undefined> {}

  async stop(): Promise<void> {}

  async open(_request: LeaseRequest, signal: AbortSignal): Promise<Deployment> {
    const deployment = await this.#place.create();
    try {
      return await deployment.start({ signal });
    } catch (error) {
      await deployment.stop().catch(() => {});
      throw error;
    }
  }

  async blame(error: unknown): Promise<string> {
    return error instanceof Error ? error.message : String(error);
  }

  isPlain(): boolean {
    return true;
  }

  async isUsable(deployment: Deployment): Promise<boolean> {
    const timeoutMs = this.#timeoutMs;
    const late = { isAlive: false };
    const { isAlive } = await within(this.#clock, deployment.isAlive({ timeoutMs }), timeoutMs, late);
    return isAlive;
  }

  async close(deployment: Deployment): Promise<void> {
    await deployment.stop();
  }
}
