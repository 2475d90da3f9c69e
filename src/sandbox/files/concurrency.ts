import { deferred } from '../../core/deferred.ts';

/** Files that one transfer works on at the same time: enough to keep the file system busy. */
export const filesAtOnce = 16;

/**
 * Runs `work` on every item, up to `limit` at once. The first failure stops the taking of items; what runs ends before
 * the failure is thrown. No item is taken while one works that `isAlone` picks.
 */
export async function forEachAtOnce<Item>(
  items: AsyncIterable<Item>,
  limit: number,
  work: (item: Item) => Promise<void>,
  { isAlone = () => false }: { readonly isAlone?: (item: Item) => boolean } = {},
): Promise<void> {
  const failures: unknown[] = [];
  let running = 0;
  let change = deferred<void>();
  const run = async (item: Item): Promise<void> => {
    running += 1;
    try {
      await work(item);
    } catch (error) {
      failures.push(error);
    }
    running -= 1;
    change.resolve();
  };
  const waitUntil = async (isEnough: () => boolean): Promise<void> => {
    while (!isEnough()) {
      change = deferred();
      await change.promise;
    }
  };
  try {
    for await (const item of items) {
      const ran = run(item);
      if (isAlone(item)) await ran;
      await waitUntil(() => running < limit);
      if (failures.length > 0) break;
    }
  } finally {
    await waitUntil(() => running === 0);
  }
  if (failures.length > 0) throw failures[0];
}

/** The results of `load` in the order of the items, up to `limit` of them under way while the first is waited for. */
export async function* mapAhead<Item, Result>(
  items: AsyncIterable<Item>,
  limit: number,
  load: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const loading: Promise<Result>[] = [];
  try {
    for await (const item of items) {
      const result = load(item);
      result.catch(() => {});
      loading.push(result);
      if (loading.length >= limit) yield await (loading.shift() as Promise<Result>);
    }
    while (loading.length > 0) yield await (loading.shift() as Promise<Result>);
  } finally {
    await Promise.allSettled(loading);
  }
}
