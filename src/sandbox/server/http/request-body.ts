import type { IncomingMessage } from 'node:http';
import { RexError } from '../../../core/errors.ts';

/** What a body may cost. */
export interface BodyLimits {
  /** Name of the option behind `maxBytes`, for the error. */
  readonly limit: 'maxBodyBytes' | 'maxUploadBytes';
  readonly maxBytes: number;
  /** Longest pause between two pieces. */
  readonly pauseMs: number;
}

/**
 * A request's body piece by piece.
 * @throws LIMIT_EXCEEDED, from the declared length where there is one; CONNECTION_FAILED when the client pauses too
 * long or goes away.
 */
export async function* streamBody(request: IncomingMessage, limits: BodyLimits): AsyncGenerator<Buffer> {
  checkSize(Number(request.headers['content-length'] ?? 0), limits);
  let giveUp: (error: unknown) => void = () => {};
  const timer = setTimeout(() => giveUp(broken(`no data for ${limits.pauseMs} ms`)), limits.pauseMs);
  // The rest of a refused body is read and dropped, so that the sender gets its answer.
  const pieces: AsyncIterator<Buffer> = request.iterator({ destroyOnReturn: false });
  let received = 0;
  try {
    for (;;) {
      const piece = await new Promise<IteratorResult<Buffer>>((resolve, reject) => {
        giveUp = reject;
        pieces.next().then(resolve, reject);
      });
      if (piece.done === true) break;
      timer.refresh();
      received += piece.value.length;
      checkSize(received, limits);
      yield piece.value;
    }
    if (!request.complete) throw broken('the client went away');
  } catch (error) {
    throw RexError.is(error) ? error : broken('the client went away');
  } finally {
    clearTimeout(timer);
    void pieces.return?.();
  }
}

/** A request's body as a whole. @throws as {@link streamBody} */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  if (request.headers['content-length'] === '0') return Buffer.alloc(0);
  const pieces: Buffer[] = [];
  for await (const piece of streamBody(request, limits)) pieces.push(piece);
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
}

function checkSize(received: number, { limit, maxBytes }: BodyLimits): void {
  if (received <= maxBytes) return;
  const hint = `Send less, or raise \`${limit}\` of the server.`;
  const message = `Request body is larger than ${maxBytes} bytes`;
  throw new RexError('LIMIT_EXCEEDED', message, { limit, maximum: maxBytes, received }, { hint });
}

function broken(reason: string): RexError<'CONNECTION_FAILED'> {
  return new RexError('CONNECTION_FAILED', `The request's body broke off: ${reason}`, { url: '', reason });
}
