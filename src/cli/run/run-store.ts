import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { RexError } from '../../core/errors.ts';
import { lockDirectory } from '../../orchestration/journal/directory-lock.ts';
import type { LoadedGraph } from './read-graph-file.ts';

/** A run as it lies in the state directory. */
export interface StoredRun {
  readonly id: string;
  /** What started it: a graph file, or the demonstration, which goes on by itself. */
  readonly kind: 'file' | 'demo';
  readonly file?: string | undefined;
  readonly title: string;
  readonly createdAt: number;
  readonly graph?: LoadedGraph['graph'] | undefined;
}

/** Default of `--state`. */
export const defaultStateDirectory = '.hrm-rex';

/** Runs in a state directory: a folder each, with its description and its journal. */
export class RunStore {
  readonly #directory: string;

  constructor(stateDirectory: string = defaultStateDirectory) {
    this.#directory = join(resolve(stateDirectory), 'runs');
  }

  /** The folder of a run. */
  folder(id: string): string {
    return join(this.#directory, id);
  }

  /** Where a run's journal lies. */
  journal(id: string): string {
    return join(this.folder(id), 'journal');
  }

  /** Makes the folder of a new run; git leaves the state directory alone. */
  async add(run: StoredRun): Promise<void> {
    await mkdir(this.journal(run.id), { recursive: true });
    await writeFile(join(this.#directory, '..', '.gitignore'), '*\n');
    await writeFile(join(this.folder(run.id), 'run.json'), `${JSON.stringify(run, undefined, 2)}\n`);
  }

  /** A run by its id, or by the beginning of it that no other shares. @throws RUN_NOT_FOUND */
  async find(id: string): Promise<StoredRun> {
    const ids = await this.ids();
    const fitting = ids.includes(id) ? [id] : ids.filter((each) => id !== '' && each.startsWith(id));
    const [found] = fitting;
    if (found !== undefined && fitting.length === 1) return await this.#read(found);
    const known = ids.length === 0 ? 'There are none.' : `There are: ${ids.slice(-10).join(', ')}.`;
    const reason = fitting.length > 1 ? `${fitting.length} runs begin with ${id}` : `there is no run ${id}`;
    throw new RexError('RUN_NOT_FOUND', `${reason} in ${this.#directory}`, { run: id }, { hint: known });
  }

  /** All runs, the oldest first; folders that hold no run are left out. */
  async list(): Promise<StoredRun[]> {
    const runs = await Promise.all((await this.ids()).map((id) => this.#read(id).catch(() => undefined)));
    return runs.filter((run) => run !== undefined).sort((left, right) => left.createdAt - right.createdAt);
  }

  /** Names of the folders. */
  async ids(): Promise<string[]> {
    const entries = await readdir(this.#directory, { withFileTypes: true }).catch(() => []);
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  }

  /** Whether a living process works on a run. */
  async isHeld(id: string): Promise<boolean> {
    try {
      const lock = await lockDirectory(this.journal(id));
      await lock.release();
      return false;
    } catch (error) {
      return RexError.is(error, 'JOURNAL_LOCKED');
    }
  }

  async #read(id: string): Promise<StoredRun> {
    return JSON.parse(await readFile(join(this.folder(id), 'run.json'), 'utf8')) as StoredRun;
  }
}
