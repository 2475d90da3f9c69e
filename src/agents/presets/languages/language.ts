/** A program that a toolchain needs. */
export interface RequiredTool {
  /** Name of the program, such as `rustc`. */
  readonly name: string;
  /** Command that prints its version. */
  readonly version: readonly string[];
  /** How a person installs it, in one line. */
  readonly install: string;
}

/** A file name for some text: the first choice whose `when` matches, or that has none, is taken. */
export interface NameChoice {
  /** `$1`, `$2` stand for the groups of `when`. */
  readonly name: string;
  readonly when?: RegExp | undefined;
}

/** A file that is written beside the code where it is not there yet. */
export interface SupportFile {
  readonly path: string;
  readonly content: string;
  /** Written only when the main file matches. */
  readonly when?: RegExp | undefined;
  /** Not written when the main file matches. */
  readonly unless?: RegExp | undefined;
}

/** A command of a language for code that matches `when`. */
export interface CommandChoice {
  readonly when?: RegExp | undefined;
  readonly command: readonly string[];
  /** What the output shows when at least one test ran. Default: the exit code alone decides. */
  readonly ran?: RegExp | undefined;
}

/**
 * One way to check, build, run and test code: command templates, as argv. `{main}`, `{test}`, `{build}` (a directory for
 * what is built), `{unit}` (the main file as the language names it: class, module), `{standard}` and `{probe}` (what the
 * probe printed) are replaced within words; the words `{sources}`, `{testSources}`, `{tests}`, `{testFiles}` (those of
 * the tests that are run), `{testUnits}`, `{testHelpers}` and `{args}` become lists.
 */
export interface Toolchain {
  readonly tools: readonly RequiredTool[];
  /** This toolchain is for code with this file; others are for code without. */
  readonly manifest?: string | undefined;
  /** Exit code 0 tells that the toolchain is there. Without it, it is tried. */
  readonly probe?: readonly string[] | undefined;
  readonly mainFile?: readonly NameChoice[] | undefined;
  readonly testFile?: readonly NameChoice[] | undefined;
  /** Looks for faults without running anything; absent where building does. */
  readonly check?: readonly string[] | undefined;
  readonly build?: readonly string[] | undefined;
  readonly run: readonly string[];
  readonly buildTests?: readonly string[] | undefined;
  /**
   * Each test file (where the language has entries: each that has one) is a program of its own: it is `{test}`, built as
   * `{testProgram}`, with the other tests as `{testHelpers}`. Default false: all of them are built and run at once.
   */
  readonly testsAreApart?: boolean | undefined;
  /** Test command by what the test file holds. */
  readonly test: readonly CommandChoice[];
}

/** What there is to know about a language in order to run code of it: plain data. */
export interface LanguagePreset {
  readonly name: string;
  readonly aliases: readonly string[];
  /** Endings of source files. */
  readonly extensions: readonly string[];
  /** Name of the main file by what it holds. */
  readonly mainFile: readonly NameChoice[];
  /** Name of the test file by what it holds. */
  readonly testFile: readonly NameChoice[];
  /** Tells files of tests from the others. */
  readonly testPattern: RegExp;
  /** Tells files that have the program's entry: tests are built without them. Absent: tests are built with all files. */
  readonly entryPattern?: RegExp | undefined;
  /** What makes a qualified name of a file's text: its first group is put before the file's name with a dot. */
  readonly unitPrefix?: RegExp | undefined;
  /** What stands between the directories of a qualified name. Default `/`. */
  readonly unitSeparator?: string | undefined;
  readonly standard?: string | undefined;
  /** Variables of every command; undefined removes one. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly support: readonly SupportFile[];
  /** In order of preference. */
  readonly toolchains: readonly Toolchain[];
  /** What some complaints of a compiler mean, for people: the words of the first pattern that is found. */
  readonly explanations?: readonly { readonly pattern: RegExp; readonly words: string }[] | undefined;
  /** What to mind when writing code for a check, in a few sentences; part of an agent's instructions. */
  readonly advice: string;
}
