import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A run of `hrm-rex`, killed with its block. */
export interface CliRun extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Resolves with the exit code and everything that was printed. */
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
  /** Resolves with the address that `serve` prints. */
  address(): Promise<string>;
}

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Starts `hrm-rex` with these arguments and variables. */
export function runCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): CliRun {
  const { HRM_REX_TOKEN: _token, ...inherited } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], { env: { ...inherited, ...env } });
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      printed[stream] += text;
    });
  }
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...printed }));
  return {
    child,
    ended,
    async address() {
      while (!printed.stdout.includes('\n'))
        await Promise.race([once(child.stdout, 'data'), ended.then(assertServing)]);
      return /(https?:\/\/\S+)/.exec(printed.stdout)?.[1] ?? '';
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function assertServing({ stderr }: { readonly stderr: string }): never {
  throw new Error(`it ended: ${stderr}`);
}
