import { link, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../core/clock.ts';
import { RexError } from '../../core/errors.ts';
import { randomId } from '../../core/ids.ts';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.ts';

const HEARTBEAT_MS = 5_000;
const STALE_MS = 30_000;
const RELEASED = 'released';

/** A lock that is held. */
export interface DirectoryLock {
  /** Lets the lock go; repeated calls do nothing. */
  release(): Promise<void>;
}

/**
 * Locks a directory for one process; throws `JOURNAL_LOCKED` when a living one holds it. A dead process holds nothing:
 * its pid and start time tell. A holder in another container or on another machine counts as dead when it has not
 * touched its lock for 30 s.
 *
 * Each holder makes `lock.N` with a number higher than all before, which only one can make; so taking over from the
 * dead is no race. A number is never used twice, since the highest file stays when it is released.
 */
export async function lockDirectory(directory: string, clock: Clock = systemClock): Promise<DirectoryLock> {
  for (;;) {
    const highest = (await lockNumbers(directory)).at(-1) ?? 0;
    if (highest > 0) await refuseIfHeld(directory, highest, clock);
    const own = highest + 1;
    const path = join(directory, `lock.${own}`);
    if (!(await createWhole(directory, path))) continue;
    const numbers = await lockNumbers(directory);
    if (numbers.at(-1) !== own) {
      await rm(path, { force: true });
      continue;
    }
    for (const number of numbers) if (number < own) await rm(join(directory, `lock.${number}`), { force: true });
    return hold(path, clock);
  }
}

async function lockNumbers(directory: string): Promise<number[]> {
  const names = await readdir(directory);
  return names
    .flatMap((name) => /^lock\.(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((left, right) => left - right);
}

async function refuseIfHeld(directory: string, number: number, clock: Clock): Promise<void> {
  const path = join(directory, `lock.${number}`);
  const text = await readFile(path, 'utf8').catch(() => RELEASED);
  if (text === RELEASED) return;
  const holder = parseIdentity(text);
  const alive = holder ? isAlive(holder) : false;
  if (alive === false) return;
  if (alive === undefined) {
    const touchedAt = await stat(path)
      .then(({ mtimeMs }) => mtimeMs)
      .catch(() => 0);
    if (clock.now() - touchedAt > STALE_MS) return;
  }
  throw new RexError(
    'JOURNAL_LOCKED',
    `${directory} is in use by process ${holder?.pid}`,
    { path: directory, holder: text },
    { hint: 'Close the other journal, or open this one with { readOnly: true }.' },
  );
}

function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(text) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

/** Makes a file with its content at once; false when it exists. */
async function createWhole(directory: string, path: string): Promise<boolean> {
  const draft = join(directory, `.lock-${randomId()}`);
  await writeFile(draft, JSON.stringify(ownIdentity()));
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function hold(path: string, clock: Clock): DirectoryLock {
  let isHeld = true;
  let cancel = (): void => {};
  const beat = (): void => {
    if (!isHeld) return;
    const now = new Date(clock.now());
    void utimes(path, now, now).catch(() => {});
    cancel = clock.setTimer(HEARTBEAT_MS, beat, { background: true });
  };
  beat();
  return {
    release: async () => {
      if (!isHeld) return;
      isHeld = false;
      cancel();
      await writeFile(path, RELEASED).catch(() => {});
    },
  };
}
