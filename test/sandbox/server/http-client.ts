import { request } from 'node:http';
import { token } from './serving.ts';

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** What is sent besides method and path. */
export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is; objects as JSON. */
  readonly body?: string | Uint8Array | object;
  /** The secret, or undefined to send none. Default: that of the test servers. */
  readonly key?: string | undefined;
}

/** Sends one request on a connection of its own. */
export function send(url: string, path: string, options: RawRequest = {}): Promise<RawAnswer> {
  const { body, headers = {}, method = body === undefined ? 'GET' : 'POST' } = options;
  const key = 'key' in options ? options.key : token;
  const isText = typeof body === 'string' || body instanceof Uint8Array;
  const bytes = body === undefined ? undefined : isText ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const sent = request(new URL(url).origin + path, { method, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(pieces).toString(),
        });
      });
    });
    sent.on('error', reject);
    if (key !== undefined) sent.setHeader('x-api-key', key);
    for (const [name, value] of Object.entries(headers)) sent.setHeader(name, value);
    if (bytes !== undefined) sent.setHeader('content-length', bytes.length);
    sent.end(bytes);
  });
}

/** Sends a JSON body, or none, and reads the JSON answer. */
export async function sendJson(
  url: string,
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
): Promise<{ readonly status: number; readonly body: any }> {
  const { status, text } = await send(url, path, body === undefined ? { headers } : { body, headers });
  return { status, body: JSON.parse(text) };
}
