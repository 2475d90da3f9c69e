import type { Requirements } from './requirements.ts';

/** What is asked of a pool. All optional. */
export interface LeaseRequest {
  /** Who asks, for events and figures. */
  readonly agent?: string;
  /** What kind of agent asks, for events and figures. */
  readonly agentType?: string;
  /**
   * Affinity: a lease with the key of an earlier, released one gets what that one had, with its state, if it still is
   * there; anything else is handed out fresh. Default: `agent`; without either, what is released is closed.
   */
  readonly key?: string;
  /** Higher is served first, equals in order of arrival: 1 low, 2 medium (default), 3 high, 4 urgent. */
  readonly priority?: number;
  /** What the place must offer. Amounts are reserved until the release. */
  readonly requires?: Requirements;
  /** Gives up with WAIT_TIMEOUT after this long. Default: none. */
  readonly timeoutMs?: number;
  /** Aborting gives up the wait with the signal's reason; after that it only aborts the lease's own signal. */
  readonly signal?: AbortSignal;
}
