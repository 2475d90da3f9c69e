import type { Json } from '../../core/json.ts';
import type { Task } from '../task/task.ts';
import { attempt, type Guard, refusal, withContext } from './guard.ts';
import { unwrapSnapshot, wrapSnapshot } from './guard-snapshot.ts';

/** What {@link approval} asks for. */
export interface ApprovalOptions {
  /** Which tasks need somebody's yes. Default: those whose type is in {@link gatedTypes}. */
  readonly when?: (task: Task) => boolean;
  /** Time for an answer; none means no. Default 300,000. */
  readonly timeoutMs?: number;
}

/** Types of tasks that need approval by default. */
export const gatedTypes: ReadonlySet<string> = new Set(['git_push', 'delete_database']);

const NAME = 'approval';

/**
 * Makes a task wait until somebody has agreed: the answers `true` and `{ approved: true }` let it go on, everything
 * else fails it with `APPROVAL_DENIED`.
 */
export function approval(options: ApprovalOptions = {}): Guard {
  const { when = ({ type }) => gatedTypes.has(type ?? ''), timeoutMs = 300_000 } = options;
  return (next) => async (task, context) => {
    const { memory, inner } = unwrapSnapshot(context, NAME);
    if (memory === 'granted') return wrapSnapshot(await attempt(next, task, inner), NAME, memory);
    if (memory === 'asked') {
      if (!isYes(context.answer)) return denied(task, context.answer);
      return wrapSnapshot(await attempt(next, task, withContext(inner, { answer: undefined })), NAME, 'granted');
    }
    if (!when(task)) return attempt(next, task, context);
    const request = { approve: task.goal, type: task.type ?? null, input: task.input ?? null };
    const timeoutAnswer = { approved: false, by: 'timeout' };
    return wrapSnapshot({ kind: 'wait', for: 'approval', request, timeoutMs, timeoutAnswer }, NAME, 'asked');
  };
}

function isYes(answer: Json | undefined): boolean {
  if (typeof answer === 'object' && answer !== null && 'approved' in answer) return answer.approved === true;
  return answer === true;
}

function denied(task: Task, answer: Json | undefined): ReturnType<typeof refusal> {
  const isLate = typeof answer === 'object' && answer !== null && 'by' in answer && answer.by === 'timeout';
  const by = isLate ? 'timeout' : 'answer';
  return refusal('APPROVAL_DENIED', `nobody approved: ${task.goal.slice(0, 80)}`, { task: task.id, by });
}
