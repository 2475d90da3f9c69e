import type { Json } from '../../core/json.ts';
import type { Wait } from '../../orchestration/task/outcome.ts';

/**
 * Thrown by a tool whose call cannot go on before somebody has answered. The agent waits, and calls again with the
 * snapshot and the answer in `context.work.resumed`. Only for calls with `context.work`.
 */
export class CallWaits extends Error {
  override readonly name = 'CallWaits';
  readonly wait: Wait;
  readonly snapshot: Json;

  constructor(wait: Wait, snapshot: Json) {
    super(`waits for ${wait.for}`);
    this.wait = wait;
    this.snapshot = snapshot;
  }
}
