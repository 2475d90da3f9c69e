import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomId } from '../../core/ids.ts';
import type { Runtime } from '../../sandbox/runtime/runtime.ts';
import { within } from './within.ts';

/** Registers one case with a test runner: `test` of node:test, `test` of vitest, or anything alike. */
export type TestRegistrar = (name: string, run: () => Promise<void>) => unknown;

/** What an implementation can do; cases that need what it cannot are not registered. */
export interface RuntimeCapabilities {
  /** Real programs run: a POSIX shell and the usual small tools are there. */
  readonly commands: boolean;
  /** Bash is there. Without it sessions are those of a POSIX shell. */
  readonly bash: boolean;
  /** Processes and sessions can have a pseudo-terminal. */
  readonly terminals: boolean;
  /** Sessions can keep standard error apart. */
  readonly separateStreams: boolean;
  /** Files can be symbolic links. */
  readonly links: boolean;
  /** Permission bits are kept. */
  readonly modes: boolean;
  /** Permission bits are enforced (they are not on root). */
  readonly permissions: boolean;
  /** Changes of files can be watched. */
  readonly watch: boolean;
  /** Two runtimes made by `makeRuntime` see the same files. */
  readonly sharedFiles: boolean;
  /** `python3` is installed. */
  readonly python: boolean;
}

/** Name of one capability. */
export type Capability = keyof RuntimeCapabilities;

/** What the runtime contract needs to know. */
export interface RuntimeContractOptions {
  /** Registers each case. */
  readonly test: TestRegistrar;
  /**
   * Makes a runtime; each case makes its own and closes it. For a costly target return `restrict(shared, {})`, and run
   * the cases one after another, since they use the same session names.
   */
  readonly makeRuntime: () => Runtime | Promise<Runtime>;
  /** Existing directory of the target, absolute, in which each case makes its own. Default `/tmp`. */
  readonly directory?: string;
  /** What does not apply. Default: everything does, but for `python`. */
  readonly capabilities?: Partial<RuntimeCapabilities>;
  /** Time for one case; a case that takes longer has failed. Default 90,000. */
  readonly caseTimeoutMs?: number;
}

/** What a case works with; all of it is removed when the case is over. */
export interface RuntimeContext {
  readonly runtime: Runtime;
  /** Empty directory of the target, absolute. */
  readonly directory: string;
  /** Makes an empty directory of this machine. */
  makeLocalDirectory(): Promise<string>;
  /** Makes a second runtime. */
  makeRuntime(): Promise<Runtime>;
}

/** Registers a case under a sentence. */
export type CaseRegistrar = (sentence: string, run: (context: RuntimeContext) => Promise<void>) => void;

/** Where groups of cases register themselves. */
export interface RuntimeSuite {
  /** A registrar for cases about one subject that all need the same capabilities. */
  group(subject: string, ...needs: readonly Capability[]): CaseRegistrar;
}

const everything: RuntimeCapabilities = {
  commands: true,
  bash: true,
  terminals: true,
  separateStreams: true,
  links: true,
  modes: true,
  permissions: true,
  watch: true,
  sharedFiles: true,
  python: false,
};

/** Makes a suite over a registrar; each case gets a fresh runtime and a fresh directory. */
export function makeSuite(options: RuntimeContractOptions): RuntimeSuite {
  const capabilities = { ...everything, ...options.capabilities };
  const { test, caseTimeoutMs = 90_000 } = options;
  return {
    group: (subject, ...needs) => {
      const applies = needs.every((need) => capabilities[need]);
      return (sentence, run) => {
        if (applies) test(`${subject}: ${sentence}`, () => runCase(options, run, caseTimeoutMs));
      };
    },
  };
}

async function runCase(
  options: RuntimeContractOptions,
  run: (context: RuntimeContext) => Promise<void>,
  timeoutMs: number,
): Promise<void> {
  const directory = `${options.directory ?? '/tmp'}/hrm-rex-contract-${randomId()}`;
  const cleanups = [() => removeDirectory(options, directory)];
  const makeRuntime = async (): Promise<Runtime> => {
    const runtime = await options.makeRuntime();
    cleanups.push(() => runtime.close());
    return runtime;
  };
  const makeLocalDirectory = async (): Promise<string> => {
    const path = await mkdtemp(join(tmpdir(), 'hrm-rex-contract-'));
    cleanups.push(() => rm(path, { recursive: true, force: true }));
    return path;
  };
  const failures: unknown[] = [];
  const attempt = (step: () => Promise<void>) => within(timeoutMs, step()).catch((error) => failures.push(error));
  await attempt(async () => {
    const runtime = await makeRuntime();
    await runtime.files.mkdir(directory);
    await run({ runtime, directory, makeLocalDirectory, makeRuntime });
  });
  for (const cleanup of cleanups.reverse()) await attempt(cleanup);
  if (failures.length > 0) throw failures[0];
}

/** By a runtime of its own: those of the case are closed. */
async function removeDirectory(options: RuntimeContractOptions, directory: string): Promise<void> {
  const runtime = await options.makeRuntime();
  try {
    await runtime.files.remove(directory, { recursive: true, missing: 'ignore' });
  } finally {
    await runtime.close();
  }
}
