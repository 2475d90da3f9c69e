import type { ProcessEvent } from '../../process/process-handle.ts';
import { encodeEvent, type WireEvent } from '../../runtime/remote-command-wire.ts';

/** Most bytes of one line: a client whose connection is bad gets on even so. */
const lineBytes = 16 * 1024;

/** Events as lines for a client. */
export async function* encodeEvents(events: AsyncIterable<ProcessEvent>): AsyncGenerator<WireEvent> {
  for await (const event of events) {
    if (event.type !== 'output') yield encodeEvent(event);
    else for (const piece of cutOutput(event)) yield encodeEvent(piece);
  }
}

type OutputEvent = Extract<ProcessEvent, { readonly type: 'output' }>;

function* cutOutput(event: OutputEvent): Generator<OutputEvent> {
  for (let from = 0; from < event.data.length; from += lineBytes) {
    yield { ...event, cursor: event.cursor + from, data: event.data.subarray(from, from + lineBytes) };
  }
}
