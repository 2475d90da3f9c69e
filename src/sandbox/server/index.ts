/**
 * Serves a runtime over HTTP, for SWE-ReX's Python client and for `RemoteRuntime`.
 *
 * @module
 */
export { type RunningServer, serve } from './serve.ts';
export type { ServerOptions, ServerTls, UnexpectedFailure } from './server-options.ts';
