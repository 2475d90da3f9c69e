import type { ProcessEvent, ProcessHandle, ReadOptions } from '../../sandbox/process/process-handle.ts';

/** All events of a process from a position to its end, or to what has been printed with `follow: false`. */
export async function readEvents(handle: ProcessHandle, options?: ReadOptions): Promise<ProcessEvent[]> {
  const events: ProcessEvent[] = [];
  for await (const event of handle.read(options)) events.push(event);
  return events;
}

/** The printed text among events, as UTF-8; of one stream if one is named. */
export function textOf(events: readonly ProcessEvent[], stream?: 'stdout' | 'stderr'): string {
  const pieces = events.flatMap((event) =>
    event.type === 'output' && (stream === undefined || event.stream === stream) ? [event.data] : [],
  );
  return Buffer.concat(pieces).toString('utf8');
}
