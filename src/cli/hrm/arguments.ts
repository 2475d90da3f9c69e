import { usageError } from '../failure.ts';

/** Values of flags, as `parseArgs` gives them. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

/** A flag's whole number of at least `least`, or the default. @throws a usage error */
export function wholeNumber(flags: Flags, name: string, fallback: number, least = 1): number {
  const text = flags[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw usageError(`--${name} takes a whole number of at least ${least}, not ${JSON.stringify(text)}`);
}

/** A flag's positive number, or the default. @throws a usage error */
export function positiveNumber(flags: Flags, name: string, fallback: number): number {
  const text = flags[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw usageError(`--${name} takes a positive number, not ${JSON.stringify(text)}`);
}
