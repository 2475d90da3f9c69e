/** A program about to be started: absolute or PATH-relative argv, its directory and its whole environment. */
export interface Launch {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * How a local runtime confines what it starts. `wrap` turns a launch into the one that the system really starts, for
 * example under bubblewrap; every process and session of the runtime goes through it.
 */
export interface Isolation {
  /** Confines one launch. */
  wrap(launch: Launch): Launch | Promise<Launch>;
  /** Why the process with this id ended, in words, when a limit ended it; '' otherwise. Called once, after its end. */
  failureReason(pid: number): string | Promise<string>;
  /** Removes what confinement needed: control groups, private directories. Idempotent. */
  dispose(): Promise<void>;
}
