import { RexError } from '../../core/errors.ts';

/** The error of a subtask that is not given away. */
export function delegationRefused(
  reason: 'depth' | 'similar' | 'unknown-role',
  message: string,
): RexError<'DELEGATION_REFUSED'> {
  return new RexError('DELEGATION_REFUSED', message, { reason, subject: message });
}

/** The error of a task that is passed down too far. */
export function tooDeep(maxDepth: number): RexError<'DELEGATION_REFUSED'> {
  return delegationRefused('depth', `tasks are delegated no deeper than ${maxDepth} levels`);
}
