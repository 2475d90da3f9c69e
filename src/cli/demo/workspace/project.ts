/** One commit: what it changes; null removes a file. */
export interface Commit {
  readonly message: string;
  readonly files: Readonly<Record<string, string | null>>;
}

/** A line of work beside `main` that is ready to be merged. */
export interface Branch {
  readonly name: string;
  /** How many commits of `main` it has. */
  readonly after: number;
  readonly commits: readonly Commit[];
}

/** A project of the demonstration's workspace: its history and what its language takes. Plain data. */
export interface Project {
  readonly name: string;
  readonly language: string;
  /** What must be installed, in words, and a script that succeeds when it is. */
  readonly needs: { readonly what: string; readonly probe: string };
  readonly build: string;
  readonly test: string;
  /** What the agent of the language is given: the main source and the tests. Absent where the tests need a build first. */
  readonly code?: { readonly main: string; readonly test: string };
  /** Tool that builds. */
  readonly tool: string;
  /** Something that is made from something else: how it is checked, how it is made again, and with what. */
  readonly generated?: {
    readonly what: string;
    readonly check: string;
    readonly make: string;
    readonly needs?: { readonly what: string; readonly probe: string };
  };
  readonly history: readonly Commit[];
  readonly branches?: readonly Branch[];
  /** Repairs that its faults call for. */
  readonly repairs: readonly RepairKind[];
}

/** A kind of repair that needs no model. */
export type RepairKind = 'merge' | 'format' | 'regenerate' | 'build-step' | 'bisect';

/** The repairs in the order in which they are made. */
export const repairKinds: readonly RepairKind[] = ['merge', 'format', 'regenerate', 'build-step', 'bisect'];
