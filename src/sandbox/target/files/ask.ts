/** What a small script printed, and how it ended. */
export interface Answer {
  /** Its standard output. */
  readonly output: Uint8Array;
  /** Its exit status, 0-255. */
  readonly status: number;
}

/**
 * Runs a small script of `/bin/sh` in a target and gives its answer, by a shell that is there already: quicker than a
 * stream of its own. The script is one line, reads no standard input, writes no standard error, leaves the shell as it
 * was, is soon done, and does no harm when it runs twice, as it may when the shell ends meanwhile.
 */
export type Ask = (script: string) => Promise<Answer>;
