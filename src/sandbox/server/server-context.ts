import type { Runtime } from '../runtime/runtime.ts';
import type { OutputDesk } from './output-desk.ts';
import type { ProcessDesk } from './process-desk.ts';
import type { RequestLedger } from './request-ledger.ts';
import type { ServerMetrics } from './server-metrics.ts';
import type { ServerLimits } from './server-options.ts';
import type { SessionDesk } from './session-desk.ts';

/** What the routes of one server share. */
export interface ServerContext {
  readonly runtime: Runtime;
  readonly sessions: SessionDesk;
  readonly processes: ProcessDesk;
  readonly outputs: OutputDesk;
  readonly ledger: RequestLedger;
  readonly metrics: ServerMetrics;
  readonly limits: ServerLimits;
  /** Changes at every start of the server. */
  readonly instance: string;
}
