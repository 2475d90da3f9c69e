import type { Deployment } from '../deployment.ts';
import type { Requirements } from './requirements.ts';

/** What the places of both kinds of pool have in common. */
export interface PoolPlaceOptions {
  /** Unique in the pool. */
  readonly name: string;
  /** What it offers. `platform` is the deployment's `type` unless given; amounts that are absent are unbounded. */
  readonly offers?: Requirements;
  /** Most sessions or deployments at this place at once. Default: the pool's `max`. */
  readonly max?: number;
  /** Unused ones kept ready here, as far as there is room. Default 0. */
  readonly spares?: number;
}

/** A place of a {@link SessionPool}: one deployment, on which many sessions run. */
export interface SessionPlace extends PoolPlaceOptions {
  readonly deployment: Deployment;
  /** True for a deployment that others start and stop: the pool only uses it. Default false: the pool does both. */
  readonly isShared?: boolean;
}

/** A place of a {@link DeploymentPool}: it makes deployments, each for one lessee at a time. */
export interface DeploymentPlace extends PoolPlaceOptions {
  /** Makes a deployment that is not started. */
  create(): Deployment | Promise<Deployment>;
}
