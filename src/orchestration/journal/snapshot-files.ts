import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Json } from '../../core/json.ts';
import { keptSnapshots, type Snapshot } from './journal.ts';

/** Snapshots of one stream: files `<base>.<sequence>.snapshot`, each whole or absent. */
export class SnapshotFiles {
  readonly #directory: string;
  readonly #base: string;

  constructor(directory: string, base: string) {
    this.#directory = directory;
    this.#base = base;
  }

  /** Keeps a state, given as JSON; older snapshots beyond the tenth are removed. */
  async write(sequence: number, state: string, at: number): Promise<void> {
    const path = this.#path(sequence);
    const body = `${at} ${state}`;
    const handle = await open(`${path}.part`, 'w');
    try {
      await handle.writeFile(`${crc32(body)} ${body}`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${path}.part`, path);
    const old = (await this.sequences()).slice(0, -keptSnapshots);
    for (const number of old) await rm(this.#path(number), { force: true });
  }

  /** Sequences of the snapshots, ascending. */
  async sequences(): Promise<number[]> {
    const prefix = `${this.#base}.`;
    const names = await readdir(this.#directory);
    return names
      .filter((name) => name.startsWith(prefix))
      .flatMap((name) => /^(\d+)\.snapshot$/.exec(name.slice(prefix.length))?.[1] ?? [])
      .map(Number)
      .sort((left, right) => left - right);
  }

  /** Reads a snapshot; undefined when it is damaged: the log has everything, snapshots only save time. */
  async read(sequence: number): Promise<Snapshot | undefined> {
    const text = await readFile(this.#path(sequence), 'utf8').catch(() => undefined);
    const [, sum, at, state] = /^(\d+) (\d+) (.*)$/s.exec(text ?? '') ?? [];
    if (sum === undefined || at === undefined || state === undefined) return undefined;
    if (crc32(`${at} ${state}`) !== Number(sum)) return undefined;
    return { sequence, at: Number(at), state: JSON.parse(state) as Json };
  }

  #path(sequence: number): string {
    return `${this.#directory}/${this.#base}.${sequence}.snapshot`;
  }
}
