import type { IncomingHttpHeaders } from 'node:http';

/** Whose manners an answer follows: SWE-ReX's envelopes or this package's errors. */
export type Dialect = 'swe-rex' | 'rex';

/** An answer that is there as a whole. */
export interface WholeAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that is sent piece by piece. */
export interface StreamAnswer {
  readonly status: number;
  readonly type: string;
  readonly stream: AsyncIterable<string | Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a handler returns. */
export type Answer = WholeAnswer | StreamAnswer;

/** One request as a handler sees it. */
export interface Call {
  /** Named parts of the path. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The body of a route that takes it as a whole; empty for others. */
  readonly content: Buffer;
  /** The body of a `stream` route, bounded in size and pauses. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Aborts when the call is cancelled, when the server stops, or when a vanished client's calls are to end. */
  readonly signal: AbortSignal;
}

/** One method on one path. */
interface RoutePlace {
  /** Segments that begin with `:` are parameters. */
  readonly path: string;
  readonly dialect: Dialect;
}

/** A route that only looks; its client may go away, and its call ends then. */
export interface ReadRoute extends RoutePlace {
  readonly method: 'GET';
  handle(call: Call): Promise<Answer>;
}

/** A route that does something, once for each request id. */
export interface ActRoute extends RoutePlace {
  readonly method: 'POST';
  /** How the body is taken: not at all, whole before anything happens, or as a stream. */
  readonly input: 'none' | 'whole' | 'stream';
  handle(call: Call): Promise<WholeAnswer>;
}

/** What a server answers to. */
export type Route = ReadRoute | ActRoute;

/** What a path and a method lead to. */
export type Match =
  | { readonly route: Route; readonly parameters: Readonly<Record<string, string>> }
  | { readonly allowed: readonly string[] };

interface Entry {
  readonly segments: readonly string[];
  readonly route: Route;
}

/** Finds routes: those without parameters by name, the others by their number of segments. */
export class Router {
  readonly #fixed = new Map<string, Route[]>();
  readonly #open = new Map<number, Entry[]>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const segments = route.path.split('/');
      if (route.path.includes(':')) append(this.#open, segments.length, { segments, route });
      else append(this.#fixed, route.path, route);
    }
  }

  /** The route, or the methods that the path has; none when there is no such path. */
  find(method: string, path: string): Match {
    const allowed: string[] = [];
    for (const route of this.#fixed.get(path) ?? []) {
      if (route.method === method) return { route, parameters: {} };
      allowed.push(route.method);
    }
    const segments = path.split('/');
    for (const entry of this.#open.get(segments.length) ?? []) {
      const parameters = matchSegments(entry.segments, segments);
      if (parameters === undefined) continue;
      if (entry.route.method === method) return { route: entry.route, parameters };
      allowed.push(entry.route.method);
    }
    return { allowed };
  }
}

function append<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

function matchSegments(pattern: readonly string[], path: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, segment] of pattern.entries()) {
    const value = path[index] ?? '';
    if (segment.startsWith(':')) {
      const decoded = decodeSegment(value);
      if (decoded === undefined) return undefined;
      parameters[segment.slice(1)] = decoded;
    } else if (segment !== value) return undefined;
  }
  return parameters;
}

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
