import { invalidArgument } from '../../core/errors.ts';
import { Random, type RandomState } from '../../hrm/random.ts';

/** Where a {@link SourceSampler} stands; plain data that survives JSON. */
export interface SourceSamplerState {
  readonly random: RandomState;
  /** Rows still to come of each source. */
  readonly waiting: readonly (readonly number[])[];
}

/**
 * An endless source of rows that draws a source first, with weight √rows, then one of its rows without repetition until all
 * were drawn: many repositories count more than many rows of one.
 */
export class SourceSampler {
  readonly #rows: readonly (readonly number[])[];
  readonly #bounds: readonly number[];
  readonly #random: Random;
  readonly #waiting: number[][];

  /** @throws INVALID_ARGUMENT without rows */
  constructor(sources: readonly string[], start: number | SourceSamplerState) {
    if (sources.length === 0) throw invalidArgument('rows', 'at least one row to learn from', 0);
    const bySource = new Map<string, number[]>();
    sources.forEach((source, row) => {
      const rows = bySource.get(source) ?? [];
      bySource.set(source, rows);
      rows.push(row);
    });
    this.#rows = [...bySource.values()];
    let sum = 0;
    this.#bounds = this.#rows.map((rows) => (sum += Math.sqrt(rows.length)));
    this.#random = new Random(typeof start === 'number' ? start : start.random);
    this.#waiting = typeof start === 'number' ? this.#rows.map(() => []) : start.waiting.map((rows) => [...rows]);
  }

  /** The present state, for an exact continuation. */
  get state(): SourceSamplerState {
    return { random: this.#random.state, waiting: this.#waiting.map((rows) => [...rows]) };
  }

  /** Positions of the next rows. */
  next(count: number): Int32Array {
    return Int32Array.from({ length: count }, () => this.#draw());
  }

  #draw(): number {
    const at = this.#random.next() * (this.#bounds.at(-1) as number);
    const source = this.#bounds.findIndex((bound) => at < bound);
    const waiting = this.#waiting[source] as number[];
    if (waiting.length === 0) waiting.push(...this.#random.shuffle([...(this.#rows[source] as readonly number[])]));
    return waiting.pop() as number;
  }
}
