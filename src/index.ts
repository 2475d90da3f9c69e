/**
 * hrm-rex: sandboxes for coding agents. This door has everything that needs no further package; the `./server` and
 * `./testing` doors have the HTTP server and the contract suites.
 *
 * @packageDocumentation
 */

export type {
  CommandErrorContext,
  EditProblem,
  ErrorCode,
  ErrorContexts,
  FileErrorContext,
  GraphProblem,
  NodeErrorContext,
  SessionErrorContext,
  TaskErrorContext,
} from './core/error-codes.ts';
export type { AnyRexError, RexErrorOptions } from './core/errors.ts';
export { RexError } from './core/errors.ts';
export * from './sandbox/index.ts';
