import { outputListener } from '../session/output-listener.ts';
import type { RunOptions } from '../session/session.ts';
import { cursorAfter, decodeEvent, type WireEvent } from './remote-command-wire.ts';
import { readEvents } from './remote-events.ts';
import type { RexClient } from './remote-rex-client.ts';

/** A run whose output is followed while it goes on. */
export interface FollowedRun {
  /** Aborted when the caller's signal is, or when its `onOutput` has thrown. */
  readonly signal: AbortSignal;
  /** Waits for the rest of the output. @throws what `onOutput` threw */
  rest(): Promise<void>;
  /** Gives up following. */
  stop(): void;
}

/** Follows a run's output by its id, across lost connections. */
export function followRun(
  client: RexClient,
  id: string,
  onOutput: NonNullable<RunOptions['onOutput']>,
  outer: AbortSignal | undefined,
): FollowedRun {
  const reading = new AbortController();
  const thrown = new AbortController();
  const failures: unknown[] = [];
  const listener = outputListener(onOutput, (error) => {
    failures.push(error);
    thrown.abort(error);
  });
  const follow = async () => {
    let cursor = 0;
    const path = () => `/outputs/${id}?after=${cursor}`;
    for await (const line of readEvents<WireEvent>(client, { path, operation: 'read', signal: reading.signal })) {
      const event = decodeEvent(line);
      if (event === undefined) continue;
      cursor = cursorAfter(event, cursor);
      if (event.type === 'output') listener(event.stream, event.data, event.cursor);
    }
  };
  const followed = follow();
  followed.catch(() => {});
  return {
    signal: outer ? AbortSignal.any([outer, thrown.signal]) : thrown.signal,
    rest: async () => {
      if (failures.length === 0) await followed;
      if (failures.length > 0) throw failures[0];
    },
    stop: () => reading.abort(),
  };
}
