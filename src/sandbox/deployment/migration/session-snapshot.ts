/** Something defined in a shell: a variable, a function, an alias. */
export interface ShellDefinition {
  readonly name: string;
  /** The command that defines it again, one character a byte (latin-1): any bytes are kept. */
  readonly command: string;
}

/** Files that belong to a snapshot. */
export interface SnapshotWorkspace {
  /** Where they lay in the target. */
  readonly path: string;
  /** Where they lie on this machine. */
  readonly directory: string;
}

/**
 * What a bash session comes to apart from the machine that it runs on. Plain data: `JSON.stringify` keeps it, together
 * with the directory of the workspace.
 */
export interface SessionSnapshot {
  /** Version of this form. */
  readonly version: 1;
  /** Working directory. */
  readonly cwd: string;
  /** Variables that the target did not bring itself, with their attributes, exported or not; none that are read-only. */
  readonly variables: readonly ShellDefinition[];
  readonly functions: readonly ShellDefinition[];
  readonly aliases: readonly ShellDefinition[];
  /** `shopt` and `set` commands for the options that are not as in a new session. */
  readonly options: readonly string[];
  /** In octal digits, as `umask` shows it. */
  readonly umask: string;
  readonly workspace?: SnapshotWorkspace;
}
