import type { IncomingMessage } from 'node:http';

/** How long a stream may be silent: the server sends an empty line every 15 seconds. */
const silenceMs = 45_000;

/**
 * The lines of JSON of an answer as they come; empty ones are passed over.
 * @throws when the connection breaks off, or is silent for too long
 */
export async function* readLines<Value>(message: IncomingMessage): AsyncGenerator<Value> {
  const timer = setTimeout(() => message.destroy(new Error('the server is silent')), silenceMs);
  let pieces: string[] = [];
  message.setEncoding('utf8');
  try {
    for await (const piece of message as AsyncIterable<string>) {
      timer.refresh();
      let from = 0;
      for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', from)) {
        pieces.push(piece.slice(from, end));
        const line = pieces.length === 1 ? (pieces[0] as string) : pieces.join('');
        pieces = [];
        from = end + 1;
        if (line !== '') yield JSON.parse(line) as Value;
      }
      if (from < piece.length) pieces.push(piece.slice(from));
    }
  } finally {
    clearTimeout(timer);
    message.destroy();
  }
}
