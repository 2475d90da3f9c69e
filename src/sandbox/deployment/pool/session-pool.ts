import { systemClock } from '../../../core/clock.ts';
import { invalidArgument } from '../../../core/errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Session, SessionOptions } from '../../session/session.ts';
import type { Deployment } from '../deployment.ts';
import { HeldLease, type LeaseTerms } from './lease.ts';
import { LeasePool } from './lease-pool.ts';
import type { LeaseRequest } from './lease-request.ts';
import type { PoolOptions } from './pool-options.ts';
import type { SessionPlace } from './pool-place.ts';
import { SessionSource } from './session-source.ts';

/** What is asked of a {@link SessionPool}. All optional. */
export interface SessionRequest extends LeaseRequest {
  /** How the session starts when a new one is made: directory, environment, `startupSource`, `startupTimeoutMs`, … */
  readonly session?: Omit<SessionOptions, 'session' | 'signal'>;
}

/** How a {@link SessionPool} works. */
export interface SessionPoolOptions extends PoolOptions {
  /** Deployments in order of preference: the next serves while those before it are down or full. */
  readonly places: readonly SessionPlace[];
}

/** A session that belongs to one lessee until the release. */
export class SessionLease extends HeldLease<Session> {
  readonly #deployment: Deployment;

  constructor(terms: LeaseTerms<Session>, deployment: Deployment) {
    super(terms);
    this.#deployment = deployment;
  }

  /** @throws LEASE_RELEASED after the release */
  get session(): Session {
    return this.value;
  }

  /** The deployment on which the session runs; others use it too. */
  get deployment(): Deployment {
    return this.#deployment;
  }

  /** The deployment's runtime, for files and single commands; others use it too. */
  get runtime(): Runtime {
    return this.#deployment.runtime;
  }
}

/**
 * At most `max` sessions for any number of agents. An agent that comes back gets its own session as it left it, while
 * that is still there; nobody gets another's.
 *
 * @example
 * await using pool = await new SessionPool({
 *   places: [
 *     { name: 'remote', deployment: new RemoteDeployment({ url, token }) },
 *     { name: 'here', deployment: new LocalDeployment(), spares: 2 },
 *   ],
 * }).start();
 * await using lease = await pool.acquire({ agent: 'tester', priority: 3 });
 * console.log(lease.place, lease.failedOver); // 'here', [{ place: 'remote', reason: '…' }] while the remote one is down
 * await lease.session.run('npm test', { signal: lease.signal });
 */
export class SessionPool extends LeasePool<Session, SessionRequest, SessionLease> {
  readonly #deployments: ReadonlyMap<string, Deployment>;

  /** @throws INVALID_ARGUMENT for figures that make no sense, no places, or two of one name */
  constructor(options: SessionPoolOptions) {
    checkNames(options.places);
    const { max = 30, clock = systemClock, health } = options;
    const each = { max, clock, timeoutMs: health?.timeoutMs ?? 5_000 };
    super(
      options.places.map((place) => new SessionSource(place, each)),
      options,
    );
    this.#deployments = new Map(options.places.map(({ name, deployment }) => [name, deployment]));
  }

  protected hold(terms: LeaseTerms<Session>): SessionLease {
    return new SessionLease(terms, this.#deployments.get(terms.info.place) as Deployment);
  }
}

/** @throws INVALID_ARGUMENT */
export function checkNames(places: readonly { readonly name: string }[]): void {
  if (places.length === 0) throw invalidArgument('places', 'at least one', places);
  const names = places.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalidArgument('places', 'names that differ', twice);
}
