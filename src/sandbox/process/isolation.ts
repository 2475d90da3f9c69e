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
  /**
   * Which limit was hit by the process with this id, or below it, since the last call, in words; '' when none. Called
   * after a process's end, and after each script of a session.
   */
  failureReason(pid: number): string | Promise<string>;
  /**
   * The process that runs the command itself, where what was started is the confinement's own process; undefined while it
   * is not there yet.
   */
  commandOf?(pid: number): number | undefined;
  /** Removes what confinement needed: control groups, private directories. Idempotent. */
  dispose(): Promise<void>;
}
