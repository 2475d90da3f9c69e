import type { TaskRow } from '../data/task-row.ts';
import type { Coordinator } from '../model/prediction.ts';
import { type RowScores, scoreRows } from './score-rows.ts';

/** Makes a coordinator that has learned from rows. */
export interface HeadTrainer {
  /** A coordinator of its own that started from the given one, which stays as it is. */
  fineTune(
    coordinator: Coordinator,
    rows: readonly TaskRow[],
    options: { readonly seed: number; readonly signal?: AbortSignal | undefined },
  ): Promise<Coordinator>;
}

/** How {@link learnFromRuns} learns and judges. */
export interface LearnOptions {
  readonly trainer: HeadTrainer;
  /** Part of the rows that is kept to judge by. Default 0.25. */
  readonly heldOutShare?: number | undefined;
  /** Rows of other tasks, learned along so that nothing is forgotten; a part of them judges too. Default: none. */
  readonly rehearsal?: readonly TaskRow[] | undefined;
  /** Least fall of the log-loss that counts as better. Default 0.001. */
  readonly minimumGain?: number | undefined;
  /** Fewest rows to judge by. Default 5. */
  readonly fewestHeldOut?: number | undefined;
  /** Decides which rows judge. Default 0. */
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What came of learning. */
export interface Learned {
  /** The new one when it is better, otherwise the one that was given. */
  readonly coordinator: Coordinator;
  readonly accepted: boolean;
  /** Why the old weights stay. */
  readonly because?: 'too few rows' | 'not better' | undefined;
  /** Scores on rows that nobody learned from. */
  readonly before: RowScores;
  readonly after: RowScores | undefined;
}

/**
 * Fine-tunes a coordinator on past runs behind a gate: the new weights are taken only when, on rows that were held out,
 * the log-loss falls and the F1 does not. A rejected coordinator is disposed; the given one never is.
 */
export async function learnFromRuns(
  coordinator: Coordinator,
  rows: readonly TaskRow[],
  options: LearnOptions,
): Promise<Learned> {
  const { trainer, heldOutShare = 0.25, rehearsal = [], minimumGain = 0.001, fewestHeldOut = 5 } = options;
  const { seed = 0, signal } = options;
  const all = [...rows, ...rehearsal].map((row) => ({ row, place: place(`${seed}:${row.id}`) }));
  const shuffled = all.sort((first, second) => first.place - second.place).map(({ row }) => row);
  const judges = Math.round(shuffled.length * heldOutShare);
  const [heldOut, learnt] = [shuffled.slice(0, judges), shuffled.slice(judges)];
  const before = await scoreRows(coordinator, heldOut, { signal });
  const kept = { coordinator, accepted: false, before } as const;
  if (heldOut.length < fewestHeldOut || learnt.length === 0)
    return { ...kept, because: 'too few rows', after: undefined };
  const candidate = await trainer.fineTune(coordinator, learnt, { seed, signal });
  try {
    const after = await scoreRows(candidate, heldOut, { signal });
    const isBetter = after.logLoss <= before.logLoss - minimumGain && after.agentsF1 >= before.agentsF1;
    if (isBetter) return { coordinator: candidate, accepted: true, before, after };
    candidate[Symbol.dispose]();
    return { ...kept, because: 'not better', after };
  } catch (error) {
    candidate[Symbol.dispose]();
    throw error;
  }
}

/** A number of 0 to 1 (exclusive) that depends on the text alone. */
function place(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
}
