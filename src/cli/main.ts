#!/usr/bin/env node
import { fail, isUsageError, usageError } from './failure.ts';
import { packageVersion } from './package-version.ts';

/** A command: takes its arguments, returns the exit code. */
type Command = (args: readonly string[]) => Promise<number>;

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  demo: async () => (await import('./demo/demo.ts')).demo,
  // The process of the demonstration that runs its graph; the help does not name it.
  'demo-worker': async () => (await import('./demo/worker.ts')).worker,
  mcp: async () => (await import('./mcp.ts')).mcpCommand,
  plan: async () => (await import('./coordination/plan.ts')).planCommand,
  reap: async () => (await import('./reap.ts')).reapCommand,
  report: async () => (await import('./run/report-command.ts')).reportCommand,
  resume: async () => (await import('./run/resume-command.ts')).resumeCommand,
  run: async () => (await import('./run/run-command.ts')).runCommand,
  runs: async () => (await import('./run/runs-command.ts')).runsCommand,
  serve: async () => (await import('./serve.ts')).serveCommand,
  solve: async () => (await import('./hrm/solve.ts')).solveCommand,
  train: async () => (await import('./train.ts')).trainCommand,
};

const help = `Usage: hrm-rex COMMAND [OPTIONS]

Commands:
  demo     Check and repair six projects with more than thirty agents in sandboxes, killed in the middle and resumed
  run      Run a graph of commands, agents and tools from a YAML or JSON file
  runs     List runs and where they stand
  resume   Go on with a run, after a crash or with answers to what it waits for
  report   Write what happened in a run as an HTML file
  mcp      Serve sandboxes, files, jobs and agents to MCP clients
  plan     Say which agents a task needs, in what order and with which effort, without a language model
  reap     Remove the containers that crashed processes left behind
  serve    Serve this machine as a sandbox over HTTP (also speaks SWE-ReX's protocol)
  train    Train a Hierarchical Reasoning Model on Sudoku, mazes, your own puzzles, or as a planner (train coordination)
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
