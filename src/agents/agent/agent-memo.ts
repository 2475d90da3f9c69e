import type { Json } from '../../core/json.ts';
import type { HandlerContext } from '../../orchestration/task/handler.ts';

/** What an agent keeps in its node's snapshot while it waits; turns and calls are kept as steps. */
export interface AgentMemo {
  /** Decisions by call. */
  readonly approvals: Readonly<Record<string, 'yes' | 'no'>>;
  /** The call that waits, and what it left; null where a person has to approve it. */
  readonly waiting?: { readonly call: string; readonly snapshot: Json } | undefined;
  /** The answer to that. */
  readonly answer?: Json | undefined;
}

/** Reads the memo of the execution before, and takes the answer in. */
export function readMemo({ snapshot, answer }: HandlerContext): AgentMemo {
  const memo = (snapshot ?? { approvals: {} }) as unknown as AgentMemo;
  const { approvals, waiting } = memo;
  if (answer === undefined || !waiting) return { approvals };
  if (waiting.snapshot !== null) return { approvals, waiting, answer };
  return { approvals: { ...approvals, [waiting.call]: isYes(answer) ? 'yes' : 'no' } };
}

/** The memo as a snapshot. */
export function writeMemo({ approvals, waiting }: AgentMemo): Json {
  return waiting ? { approvals, waiting: { ...waiting } } : { approvals };
}

function isYes(answer: Json): boolean {
  if (typeof answer === 'object' && answer !== null && 'approved' in answer) return answer.approved === true;
  return answer === true;
}
