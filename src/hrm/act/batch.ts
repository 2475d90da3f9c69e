import { invalidArgument } from '../../core/errors.ts';
import type { HrmConfig } from '../config.ts';

/** Label of a position that is not scored. */
export const IGNORED = -100;

/** Puzzles of one step, row-major. */
export interface Batch {
  /** Number of rows, B. */
  readonly size: number;
  /** Tokens [B, S]. */
  readonly inputs: Int32Array;
  /** Answers [B, S]; −100 is not scored. */
  readonly labels: Int32Array;
  /** Row of the puzzle table for each puzzle, [B]. */
  readonly puzzleIdentifiers: Int32Array;
}

/** Throws `INVALID_ARGUMENT` unless every token, label and identifier of the batch fits the model. */
export function checkBatch(config: HrmConfig, batch: Batch): void {
  const { sequenceLength: S, vocabularySize: V, puzzleIdentifierCount } = config;
  if (!Number.isInteger(batch.size) || batch.size < 1)
    throw invalidArgument('batch.size', 'at least one row', batch.size);
  for (const field of ['inputs', 'labels', 'puzzleIdentifiers'] as const) {
    const expected = field === 'puzzleIdentifiers' ? batch.size : batch.size * S;
    if (!(batch[field] instanceof Int32Array)) throw invalidArgument(`batch.${field}`, 'an Int32Array', batch[field]);
    if (batch[field].length !== expected) {
      throw invalidArgument(
        `batch.${field}.length`,
        `${expected} (batch of ${batch.size}, ${S} tokens each)`,
        batch[field].length,
      );
    }
  }
  const outside = (name: string, values: Int32Array, fits: (value: number) => boolean, expected: string): void => {
    const at = values.findIndex((value) => !fits(value));
    if (at !== -1) throw invalidArgument(`batch.${name}[${at}]`, expected, values[at]);
  };
  outside('inputs', batch.inputs, (token) => token >= 0 && token < V, `a token in 0 … ${V - 1}`);
  outside('labels', batch.labels, (token) => token === IGNORED || (token >= 0 && token < V), `−100 or 0 … ${V - 1}`);
  outside(
    'puzzleIdentifiers',
    batch.puzzleIdentifiers,
    (identifier) => identifier >= 0 && identifier < puzzleIdentifierCount,
    `an identifier in 0 … ${puzzleIdentifierCount - 1}`,
  );
}

/** Copies one row of a batch into a row of another. */
export function copyRow(from: Batch, fromRow: number, to: Batch, toRow: number): void {
  const length = from.inputs.length / from.size;
  to.inputs.set(from.inputs.subarray(fromRow * length, (fromRow + 1) * length), toRow * length);
  to.labels.set(from.labels.subarray(fromRow * length, (fromRow + 1) * length), toRow * length);
  to.puzzleIdentifiers[toRow] = from.puzzleIdentifiers[fromRow] as number;
}

/** A batch whose arrays are its own. */
export function copyBatch(batch: Batch): Batch {
  return {
    size: batch.size,
    inputs: batch.inputs.slice(),
    labels: batch.labels.slice(),
    puzzleIdentifiers: batch.puzzleIdentifiers.slice(),
  };
}
