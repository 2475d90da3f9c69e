import { homedir, userInfo } from 'node:os';

/** What of this machine a host's settings depend on. */
export interface Surroundings {
  readonly home: string;
  readonly localUser: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The surroundings of this process. */
export function currentSurroundings(): Surroundings {
  return { home: homedir(), localUser: nameOfUser(), env: process.env };
}

/** A process may run under a number that has no name. */
function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER ?? '';
  }
}
