import { RexError } from '../../../core/errors.ts';
import type { LeaseRequest } from './lease-request.ts';
import type { Place } from './place.ts';
import { findMisfit } from './requirements.ts';

/** The error for a pool that hands out nothing any more, or not yet. */
export function poolClosed(reason: string, hint = 'Make and start another pool.'): RexError<'POOL_CLOSED'> {
  return new RexError('POOL_CLOSED', `the pool hands out no leases: ${reason}`, { reason }, { hint });
}

/** The error when no place that would do is up. */
export function placesDown(places: readonly Place<unknown, never>[]): RexError<'DEPLOYMENTS_DOWN'> {
  const reasons = Object.fromEntries(places.map(({ source, down = 'unknown' }) => [source.name, down]));
  const listed = Object.entries(reasons).map(([name, reason]) => `${name}: ${reason}`);
  const hint = 'See why with `pool.places`; they are tried again at every health check.';
  return new RexError('DEPLOYMENTS_DOWN', `no deployment is up (${listed.join('; ')})`, { reasons }, { hint });
}

/** The error when no place could ever do. */
export function unplaceable(request: LeaseRequest, places: readonly Place<unknown, never>[]): RexError<'UNPLACEABLE'> {
  const misfits = places.map(
    ({ source }) => `${source.name}: ${findMisfit(source.offers, request.requires ?? {}) ?? 'suits'}`,
  );
  const reason = misfits.join('; ');
  const item = request.agent ?? request.key ?? 'lease';
  const hint = 'Ask for less, or add a place whose `offers` meet it.';
  return new RexError(
    'UNPLACEABLE',
    `no place meets the requirements of ${item} (${reason})`,
    { item, reason },
    { hint },
  );
}
