import type { RequiredTool } from '../languages/language.ts';

/** An argv with `{name}` for a value that has to be given; the whole word `{name*}` stands for any number of words. */
export type CommandTemplate = readonly string[];

/** Values of templates. */
export type WorkflowValues = Readonly<Record<string, string | readonly string[]>>;

/** What to do when a step fails in a known way. */
export interface ErrorHandler {
  readonly name: string;
  /** Found in what the failed command printed; its named groups are values for the commands. */
  readonly pattern: RegExp;
  /** Values that must be given, such as a rule for conflicts: without them the handler does not apply. */
  readonly needs?: readonly string[] | undefined;
  /** Takes the failed command's result for a success, such as "nothing to commit". */
  readonly accept?: boolean | undefined;
  /** Run in order; all have to succeed. */
  readonly recover?: readonly CommandTemplate[] | undefined;
  /** Then runs the step again. Default true; with false the last recovery's result is the step's. */
  readonly retry?: boolean | undefined;
  /** Run after the repeated step. */
  readonly finish?: readonly CommandTemplate[] | undefined;
  /** Times for one step. Default 1. */
  readonly times?: number | undefined;
  /** What a person can do where this does not help; `{name}` takes a named group of the pattern. */
  readonly advice?: string | undefined;
}

/** One exchange with a program that asks: what it prints, what it is told then. */
export interface Exchange {
  readonly expect: string | RegExp;
  readonly send: string;
}

/** A command that a preset offers by name. */
export interface PresetCommand {
  readonly command: CommandTemplate;
  /** Exit codes besides 0 that are no failure. */
  readonly accept?: readonly number[] | undefined;
  /** Found in what it printed means failure, whatever the exit code: for programs that always end with 0. */
  readonly fault?: RegExp | undefined;
  /** Talks to the program, in a session of its own. */
  readonly exchanges?: readonly Exchange[] | undefined;
  /** Commands of the preset to try, in order, when it fails and no handler helps. */
  readonly fallbacks?: readonly string[] | undefined;
  /** Tells when a person has to agree first. Default false. */
  readonly gated?: boolean | undefined;
}

/** What there is to know about a tool: plain data. */
export interface ToolPreset {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly tools: readonly RequiredTool[];
  readonly commands: Readonly<Record<string, PresetCommand>>;
  /** In order; the first that applies is used. */
  readonly handlers: readonly ErrorHandler[];
  /** Variables of every command. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}
