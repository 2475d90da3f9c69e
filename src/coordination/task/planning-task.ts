/** What a workspace holds, in numbers: what a planner needs of it, and nothing secret. */
export interface WorkspaceSummary {
  /** Number of files. */
  readonly files: number;
  /** Files by extension without the dot, the most frequent eight: `{ ts: 240, md: 12 }`. */
  readonly ext: Readonly<Record<string, number>>;
  /** Files that say how the project is built, by role: `pm:package.json`, `build:Makefile`, `docker:Dockerfile`, `ci`. */
  readonly markers: readonly string[];
}

/** Something to be done, perhaps in a workspace. */
export interface PlanningTask {
  readonly text: string;
  readonly workspace?: WorkspaceSummary | undefined;
}
