import type { ScriptOptions, ShellState, Tokens } from './shell-text.ts';

/** How a kind of shell is told what a session wants. All texts are lines of shell text, in latin1. */
export interface ShellDialect {
  /** Arguments that make the program a session's shell. */
  readonly shellArguments: readonly string[];
  /** Whether the shell opens its control stream by a path, so that this must be a pipe. */
  readonly controlPath: boolean;
  /** First lines of a session: silence at the top level, descriptors for what follows. */
  bootText(options: { readonly separate: boolean; readonly terminal: boolean }): string;
  /** Startup as a script: rc file, then the sources. It fails when a source cannot be read or fails. */
  startupScript(loadRc: boolean, sources: readonly string[]): string;
  /** A script that succeeds when another one parses, and shows the shell's message when it does not. */
  syntaxScript(script: string): string;
  /** The first line of a run: evaluates a script. */
  scriptText(script: string, tokens: Tokens, state: ShellState, options: ScriptOptions): string;
  /** The second line of a run: shows its end, once. It may be sent again. */
  endText(tokens: Tokens, separate: boolean, traced: boolean): string;
  /** Whether a shell may lose its second line, unless that is sent only once the first is seen to run. */
  readonly endAfterBegin: boolean;
  /** Reads and drops what has come of the caller's input; with a line, everything up to that line. */
  drainText(line?: string): string;
  /** Prints a token, the seconds since the system's start, the shell's children and the byte 3. */
  factsText(token: string): string;
  /** Whether a script's output may hold traces whose nesting the protocol added to. */
  mayTrace(script: string, flags: string): boolean;
}
