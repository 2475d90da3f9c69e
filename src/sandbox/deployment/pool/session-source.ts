import type { Clock } from '../../../core/clock.ts';
import { RexError } from '../../../core/errors.ts';
import { randomId } from '../../../core/ids.ts';
import type { Session } from '../../session/session.ts';
import type { Source } from './place.ts';
import type { SessionPlace } from './pool-place.ts';
import type { Requirements } from './requirements.ts';
import type { SessionRequest } from './session-pool.ts';
import { within } from './within.ts';

/** Sessions of one deployment. Their names are random, so that they meet nobody else's. */
export class SessionSource implements Source<Session, SessionRequest> {
  readonly name: string;
  readonly offers: Requirements;
  readonly isShared = true;
  readonly max: number;
  readonly spares: number;
  readonly #place: SessionPlace;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #wasStarted = false;

  constructor(
    place: SessionPlace,
    options: { readonly max: number; readonly clock: Clock; readonly timeoutMs: number },
  ) {
    this.name = place.name;
    this.offers = { platform: place.deployment.type, ...place.offers };
    this.max = place.max ?? options.max;
    this.spares = place.spares ?? 0;
    this.#place = place;
    this.#clock = options.clock;
    this.#timeoutMs = options.timeoutMs;
  }

  async start(signal: AbortSignal): Promise<void> {
    const { deployment, isShared = false } = this.#place;
    if (!isShared) {
      if (this.#wasStarted) await deployment.stop();
      this.#wasStarted = true;
      await deployment.start({ signal });
    }
    const reason = await this.check();
    if (reason === undefined) return;
    const context = { deployment: deployment.type, reason };
    throw new RexError('DEPLOYMENT_START_FAILED', reason, context);
  }

  async check(): Promise<string | undefined> {
    const timeoutMs = this.#timeoutMs;
    const asked = this.#place.deployment.isAlive({ timeoutMs });
    const late = { isAlive: false, message: `it does not answer within ${timeoutMs} ms` };
    try {
      const { isAlive, message } = await within(this.#clock, asked, timeoutMs, late);
      return isAlive ? undefined : message || 'it does not answer';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async stop(): Promise<void> {
    if (!this.#place.isShared) await this.#place.deployment.stop();
  }

  async open({ session }: SessionRequest, signal: AbortSignal): Promise<Session> {
    return await this.#place.deployment.runtime.createSession({ ...session, session: `pool-${randomId()}`, signal });
  }

  blame(): Promise<string | undefined> {
    return this.check();
  }

  isPlain({ session = {} }: SessionRequest): boolean {
    return Object.keys(session).length === 0;
  }

  async isUsable({ state }: Session): Promise<boolean> {
    return state === 'idle' || state === 'running';
  }

  async close(session: Session): Promise<void> {
    await session.close();
  }
}
