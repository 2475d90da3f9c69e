import { type Clock, systemClock } from '../../../core/clock.ts';
import { RexError } from '../../../core/errors.ts';
import type { Deployment } from '../deployment.ts';
import type { DeploymentConfig } from '../deployment-config.ts';
import { getDeployment } from '../get-deployment.ts';
import type { SessionPlace } from './pool-place.ts';

/** Deployments, or configurations of some, by name and in order of preference. */
export type InfrastructureSpec = Readonly<Record<string, DeploymentConfig | Deployment>>;

/** What became of one deployment of an {@link InfrastructureSpec}. */
export type PlatformStatus =
  | { readonly status: 'started'; readonly deployment: Deployment }
  | { readonly status: 'failed'; readonly error: unknown };

/** How an infrastructure starts. All optional. */
export interface InfrastructureOptions {
  /** Time that each deployment has to start. Default: its own. */
  readonly timeoutMs?: number;
  /** Aborting gives up all starts that are under way. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/** Several deployments that were started together. Disposing it stops them. */
export interface Infrastructure extends AsyncDisposable {
  /** Every deployment of the spec, with its deployment or the error that it failed with. */
  readonly platforms: Readonly<Record<string, PlatformStatus>>;
  /** Those that started, as places for a {@link SessionPool}, which leaves their start and stop to this. */
  readonly places: readonly SessionPlace[];
  /** A started one by name. @throws DEPLOYMENT_NOT_STARTED, with what it failed with as the cause */
  deployment(name: string): Deployment;
  /** Stops all; idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts several deployments at once. One that fails, or has a configuration that does not fit, never stops the others.
 *
 * @example
 * await using infrastructure = await startInfrastructure({ local: { type: 'local' }, far: { type: 'remote', url, token } });
 * await using pool = await new SessionPool({ places: infrastructure.places }).start();
 */
export async function startInfrastructure(
  spec: InfrastructureSpec,
  options: InfrastructureOptions = {},
): Promise<Infrastructure> {
  const entries = await Promise.all(
    Object.entries(spec).map(async ([name, one]) => [name, await startOne(one, options)] as const),
  );
  const platforms = Object.fromEntries(entries);
  const started = entries.flatMap(([name, platform]) =>
    platform.status === 'started' ? [{ name, deployment: platform.deployment, isShared: true }] : [],
  );
  const stop = async (): Promise<void> => {
    await Promise.allSettled(started.map(({ deployment }) => deployment.stop()));
  };
  return {
    platforms,
    places: started,
    deployment: (name) => deploymentOf(platforms[name], name),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function startOne(one: DeploymentConfig | Deployment, options: InfrastructureOptions): Promise<PlatformStatus> {
  const { timeoutMs, signal, clock = systemClock } = options;
  const expiry = new AbortController();
  let cancel = (): void => {};
  let deployment: Deployment | undefined;
  try {
    const made = 'start' in one ? one : getDeployment(one);
    deployment = made;
    if (timeoutMs !== undefined) cancel = clock.setTimer(timeoutMs, () => expiry.abort(tooSlow(made, timeoutMs)));
    await made.start({ signal: signal ? AbortSignal.any([signal, expiry.signal]) : expiry.signal });
    return { status: 'started', deployment };
  } catch (error) {
    await deployment?.stop().catch(() => {});
    return { status: 'failed', error };
  } finally {
    cancel();
  }
}

function tooSlow({ type }: Deployment, timeoutMs: number): RexError {
  const reason = `it did not start within ${timeoutMs} ms`;
  return new RexError('DEPLOYMENT_START_FAILED', `the ${type} deployment: ${reason}`, { deployment: type, reason });
}

function deploymentOf(platform: PlatformStatus | undefined, name: string): Deployment {
  if (platform?.status === 'started') return platform.deployment;
  const hint = platform ? 'See the cause for why it failed.' : 'It is not part of the infrastructure.';
  const cause = platform?.error;
  throw new RexError('DEPLOYMENT_NOT_STARTED', `${name} is not started`, { deployment: name }, { hint, cause });
}
