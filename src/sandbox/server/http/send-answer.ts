import type { ServerResponse } from 'node:http';
import { encodeError } from '../../protocol/rex-protocol.ts';
import type { Answer, StreamAnswer } from './route.ts';

/** How often a silent stream shows that it lives: an empty line, which readers pass over. */
const heartbeatMs = 15_000;

/** Sends an answer; resolves when it is out or when nobody is there to take it. Never throws. */
export async function sendAnswer(response: ServerResponse, answer: Answer): Promise<void> {
  if (response.destroyed) return;
  if ('stream' in answer) return await sendStream(response, answer);
  const length = typeof answer.body === 'string' ? Buffer.byteLength(answer.body) : answer.body.length;
  response.writeHead(answer.status, { 'content-type': answer.type, 'content-length': length, ...answer.headers });
  response.end(answer.body);
  if (!response.writableFinished) await nextOf(response, 'finish');
}

async function sendStream(response: ServerResponse, answer: StreamAnswer): Promise<void> {
  const lines = answer.type === 'application/x-ndjson';
  response.writeHead(answer.status, { 'content-type': answer.type, ...answer.headers });
  response.flushHeaders();
  const heartbeat = lines ? setInterval(() => response.write('\n'), heartbeatMs).unref() : undefined;
  try {
    for await (const piece of answer.stream) {
      if (response.destroyed) return;
      if (!response.write(piece)) await nextOf(response, 'drain');
    }
    response.end();
  } catch (error) {
    // Lines can say what went wrong; bytes can only break off, which no reader takes for their end.
    if (lines) response.end(`${JSON.stringify({ type: 'error', ...encodeError(error) })}\n`);
    else response.destroy();
  } finally {
    clearInterval(heartbeat);
  }
}

/** Waits for an event, or for the connection's end. */
function nextOf(response: ServerResponse, event: 'drain' | 'finish'): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off(event, done).off('close', done);
      resolve();
    };
    if (response.destroyed) resolve();
    else response.on(event, done).on('close', done);
  });
}
