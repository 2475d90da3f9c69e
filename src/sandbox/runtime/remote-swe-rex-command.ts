import { constants } from 'node:os';
import type { Command, CommandOptions, CommandResult } from '../process/command.ts';
import { defaultMaxOutputBytes } from '../process/command.ts';
import { failedError } from '../process/command-error.ts';
import { commandResponse } from '../protocol/swe-rex-responses.ts';
import type { SweRexClient } from './remote-swe-rex-client.ts';
import { cutOutput } from './remote-swe-rex-output.ts';
import { refuseOptions, unsupported } from './remote-swe-rex-unsupported.ts';

/** Runs a command on a SWE-ReX server. @throws UNSUPPORTED for what that server lacks */
export async function executeOnSweRex(
  client: SweRexClient,
  command: Command,
  options: CommandOptions,
): Promise<CommandResult> {
  refuseOptions(options, { idleTimeoutMs: 'limit of silence', graceMs: 'grace between SIGTERM and SIGKILL' });
  if (options.stdin !== undefined && options.stdin !== '') throw unsupported('standard input for commands');
  const startedAt = performance.now();
  const request = {
    ...toArguments(command, options),
    timeout: options.timeoutMs === undefined ? null : options.timeoutMs / 1000,
    cwd: options.cwd ?? null,
    merge_output_streams: options.streams === 'merged',
  };
  const call = { operation: 'execute', command, signal: options.signal, ...timeoutOf(options) };
  const answer = await client.post('/execute', commandResponse, call, request);
  const printed = { output: answer.stdout + answer.stderr, stdout: answer.stdout, stderr: answer.stderr };
  const result: CommandResult = {
    command,
    ...cutOutput(printed, options.maxOutputBytes ?? defaultMaxOutputBytes),
    ...toExit(answer.exit_code),
    failureReason: '',
    durationMs: performance.now() - startedAt,
  };
  if (options.check === 'raise' && result.exitCode !== 0) throw failedError(result);
  return result;
}

interface Arguments {
  readonly command: string | readonly string[];
  readonly shell: boolean;
  readonly env: Readonly<Record<string, string>> | null;
}

/** SWE-ReX's `env` replaces everything; additions go through `env` of the target. */
function toArguments(command: Command, { env, inheritEnv = true, shell }: CommandOptions): Arguments {
  const plain = typeof command === 'string' ? [shell ?? '/bin/sh', '-c', command] : command;
  const set = Object.entries(env ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (!inheritEnv) return { command: plain, shell: false, env: Object.fromEntries(set) };
  const removed = Object.keys(env ?? {}).filter((name) => env?.[name] === undefined);
  if (set.length === 0 && removed.length === 0) return { command: plain, shell: false, env: null };
  const prefix = ['/usr/bin/env', ...removed.flatMap((name) => ['-u', name]), ...set.map((pair) => pair.join('='))];
  return { command: [...prefix, ...plain], shell: false, env: null };
}

function toExit(code: number | null): Pick<CommandResult, 'exitCode' | 'signal'> {
  if (code === null || code >= 0) return { exitCode: code, signal: null };
  const signal = Object.entries(constants.signals).find(([, number]) => number === -code)?.[0];
  return { exitCode: null, signal: signal ?? `SIG${-code}` };
}

function timeoutOf({ timeoutMs }: CommandOptions): { readonly timeoutMs?: number } {
  return timeoutMs === undefined ? {} : { timeoutMs };
}
