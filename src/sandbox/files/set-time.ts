import { lutimes } from 'node:fs/promises';

/** Sets the time of the last change of a file, directory or link itself; nothing where the time is not known. */
export async function setModified(path: string, modifiedMs: number | undefined): Promise<void> {
  if (modifiedMs === undefined) return;
  const time = fileTime(modifiedMs);
  await lutimes(path, time, time);
}

/** A time as `utimes` wants it: it takes a negative number for the present, but a date before 1970 for what it is. */
export function fileTime(modifiedMs: number): number | Date {
  return modifiedMs < 0 ? new Date(Math.round(modifiedMs)) : modifiedMs / 1000;
}
