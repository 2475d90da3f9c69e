import { setTimeout as delay } from 'node:timers/promises';
import { RexError } from '../../core/errors.ts';
import type { ByteLog } from './byte-log.ts';
import { checkDuration } from './limits.ts';
import { outputText } from './output-text.ts';
import { PatternSearch } from './pattern-search.ts';
import type { Cursor, PatternMatch, WaitOptions } from './process-handle.ts';

/** Waits for a promise within limits; `printed` supplies what the error reports. The promise itself goes on. */
export async function waitWithin<Value>(
  promise: Promise<Value>,
  options: WaitOptions,
  printed: () => string,
): Promise<Value> {
  const { timeoutMs, signal } = options;
  if (timeoutMs === undefined && signal === undefined) return await promise;
  checkDuration('timeoutMs', timeoutMs);
  signal?.throwIfAborted();
  const stop = new AbortController();
  const contenders: Promise<Value>[] = [promise];
  if (timeoutMs !== undefined) {
    const expiry = delay(timeoutMs, undefined, { signal: stop.signal }).then(() => {
      const message = `still running after ${timeoutMs} ms`;
      const hint = 'The process goes on: wait again, or kill it.';
      throw new RexError('WAIT_TIMEOUT', message, { waitedMs: timeoutMs, output: printed() }, { hint });
    });
    contenders.push(expiry);
  }
  let onAbort: (() => void) | undefined;
  if (signal) {
    contenders.push(
      new Promise<never>((_, reject) => {
        onAbort = () => reject(signal.reason);
        signal.addEventListener('abort', onAbort, { once: true });
      }),
    );
  }
  for (const contender of contenders) contender.catch(() => {});
  try {
    return await Promise.race(contenders);
  } finally {
    stop.abort();
    if (onAbort) signal?.removeEventListener('abort', onAbort);
  }
}

/** Waits until a log holds a pattern at or after a position. */
export async function waitFor(
  log: ByteLog,
  pattern: string | RegExp,
  options: WaitOptions & { readonly after?: Cursor },
): Promise<PatternMatch> {
  const search = new PatternSearch([pattern], options.after ?? 0);
  const stop = new AbortController();
  const find = async (): Promise<PatternMatch> => {
    for await (const chunk of log.read({ after: options.after ?? 0, signal: stop.signal })) {
      if (chunk.type === 'gap') continue;
      const found = search.feed(chunk.data);
      if (found) return { text: found.text, groups: found.groups, cursor: found.end };
    }
    const output = outputText(log).output;
    const hint = 'See `context.output` for what it printed.';
    throw new RexError(
      'PATTERN_NOT_FOUND',
      `the process ended without ${pattern}`,
      { pattern: String(pattern), output },
      { hint },
    );
  };
  try {
    return await waitWithin(find(), options, () => outputText(log).output);
  } finally {
    stop.abort();
  }
}
