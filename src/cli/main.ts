#!/usr/bin/env node
import { fail, isUsageError, usageError } from './failure.ts';
import { packageVersion } from './package-version.ts';

/** A command: takes its arguments, returns the exit code. */
type Command = (args: readonly string[]) => Promise<number>;

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  demo: async () => (await import('./demo/demo.ts')).demo,
  reap: async () => (await import('./reap.ts')).reapCommand,
  serve: async () => (await import('./serve.ts')).serveCommand,
  solve: async () => (await import('./hrm/solve.ts')).solveCommand,
  train: async () => (await import('./hrm/train.ts')).trainCommand,
};

const help = `Usage: hrm-rex COMMAND [OPTIONS]

Commands:
  demo     Run a graph of thirty sandboxed shells, kill it in the middle and go on, and check what they did
  reap     Remove the containers that crashed processes left behind
  serve    Serve this machine as a sandbox over HTTP (also speaks SWE-ReX's protocol)
  train    Train a Hierarchical Reasoning Model on Sudoku, mazes or your own puzzles
  solve    Solve a puzzle with a trained model, step by step

Options:
  -v, --version    Print the version
  -h, --help       Print this help, or that of a command
`;

async function run([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === '-h' || name === '--help') {
    process.stdout.write(help);
    return name === undefined ? 2 : 0;
  }
  if (name === '-v' || name === '--version') {
    if (args.length > 0) throw usageError(`${name} stands alone`);
    process.stdout.write(`${packageVersion()}\n`);
    return 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) throw usageError(`unknown command ${name}; see hrm-rex --help`);
  return await (await load())(args);
}

run(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    fail(error);
    process.exitCode = isUsageError(error) ? 2 : 1;
  },
);
