import { RexError } from '../../../core/errors.ts';

/** What is known of a call that failed: it never began, its answer was lost, or the server refused it. */
export type CallFate = 'not-begun' | 'unknown' | 'refused';

/** Codes of connections that were never made. */
const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/** Reads from an error what became of the call. A server that does not know the session has not begun it. */
export function fateOf(error: unknown): CallFate {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } };
  if (code === 404 || neverConnected.has(String(cause?.code))) return 'not-begun';
  return /connection closed|not connected|fetch failed/i.test(messageOf(error)) ? 'unknown' : 'refused';
}

/** The error that a caller of a tool is told. */
export function callFailure(server: string, tool: string, error: unknown): RexError {
  const reason = messageOf(error);
  if (fateOf(error) === 'refused')
    return new RexError('MCP_FAILED', `${tool}: ${reason}`, { server, reason }, { cause: error });
  const hint = 'Whether the call was done is not known; the next call connects again.';
  return new RexError(
    'OUTCOME_UNKNOWN',
    `${server} went away during ${tool}`,
    { operation: tool, reason },
    { cause: error, hint },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
