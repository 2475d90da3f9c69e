import { systemClock } from '../../../core/clock.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Deployment } from '../deployment.ts';
import { DeploymentSource } from './deployment-source.ts';
import { HeldLease, type LeaseTerms } from './lease.ts';
import { LeasePool } from './lease-pool.ts';
import type { LeaseRequest } from './lease-request.ts';
import type { PoolOptions } from './pool-options.ts';
import type { DeploymentPlace } from './pool-place.ts';
import { checkNames } from './session-pool.ts';

/** How a {@link DeploymentPool} works. */
export interface DeploymentPoolOptions extends PoolOptions {
  /** Kinds of deployments in order of preference: the next serves while those before it are down or full. */
  readonly places: readonly DeploymentPlace[];
}

/** A started deployment that belongs to one lessee until the release. */
export class DeploymentLease extends HeldLease<Deployment> {
  constructor(terms: LeaseTerms<Deployment>) {
    super(terms);
  }

  /** @throws LEASE_RELEASED after the release */
  get deployment(): Deployment {
    return this.value;
  }

  /** The deployment's runtime. @throws LEASE_RELEASED after the release */
  get runtime(): Runtime {
    return this.value.runtime;
  }
}

/**
 * At most `max` whole deployments: containers, sandboxes, machines. What is released without a key is stopped; with
 * one, it waits for the same key, files and sessions included.
 *
 * @example
 * await using pool = await new DeploymentPool({
 *   max: 8,
 *   places: [{ name: 'sandbox', create: () => new LocalDeployment({ isolation: 'bubblewrap' }), spares: 1 }],
 * }).start();
 * await using lease = await pool.acquire({ requires: { platform: 'local' } });
 * await lease.runtime.execute('make');
 */
export class DeploymentPool extends LeasePool<Deployment, LeaseRequest, DeploymentLease> {
  /** @throws INVALID_ARGUMENT for figures that make no sense, no places, or two of one name */
  constructor(options: DeploymentPoolOptions) {
    checkNames(options.places);
    const { max = 30, clock = systemClock, health } = options;
    const each = { max, clock, timeoutMs: health?.timeoutMs ?? 5_000 };
    super(
      options.places.map((place) => new DeploymentSource(place, each)),
      options,
    );
  }

  protected hold(terms: LeaseTerms<Deployment>): DeploymentLease {
    return new DeploymentLease(terms);
  }
}
