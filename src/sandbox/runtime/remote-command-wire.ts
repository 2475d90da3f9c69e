import type { Command, CommandOptions, CommandResult, SpawnOptions } from '../process/command.ts';
import type { ExitStatus, OutputStream, PatternMatch, ProcessEvent } from '../process/process-handle.ts';
import {
  type Compact,
  compact,
  decodeBytes,
  decodeEnvironment,
  encodeBytes,
  encodeEnvironment,
  type WireBytes,
  type WireEnvironment,
} from './remote-value-wire.ts';

/** Options of a command in JSON. */
export interface WireCommandOptions extends Compact<Omit<SpawnOptions, 'env' | 'stdin' | 'signal'>> {
  readonly env?: WireEnvironment;
  readonly stdin?: WireBytes;
  /** Standard input stays open, to be written by later requests. */
  readonly keepInput?: boolean;
  readonly check?: 'return' | 'raise';
}

/** Body of `POST /rex/v1/execute` and `POST /rex/v1/processes`. */
export interface WireCommand {
  readonly command: Command;
  readonly options: WireCommandOptions;
}

/** A process as the server describes it. */
export interface WireProcess {
  readonly id: string;
  readonly command: Command;
  readonly pid?: number;
  readonly exit?: ExitStatus;
}

/** A result without the command, which the client knows, and without `output` where it equals `stdout`. */
export type WireResult = Omit<CommandResult, 'command' | 'output'> & { readonly output?: string };

/** Input that fits into the request. */
export type InlineInput = string | Uint8Array;

/** Puts a command's options into JSON; the signal stays here, and streamed input is for the caller to send. */
export function encodeCommandOptions(
  options: CommandOptions | SpawnOptions,
  input: InlineInput | 'keep' | undefined,
): WireCommandOptions {
  const { env, signal: _signal, stdin: _stdin, ...rest } = options;
  const stdin = input === undefined || input === 'keep' ? undefined : encodeBytes(input);
  return compact({ ...rest, env: encodeEnvironment(env), stdin, keepInput: input === 'keep' ? true : undefined });
}

/** The reverse of {@link encodeCommandOptions}, for a process that is followed. */
export function decodeSpawnOptions(options: WireCommandOptions): SpawnOptions {
  const { env, stdin, keepInput, check: _check, ...rest } = options;
  const input = keepInput === true ? ('pipe' as const) : stdin === undefined ? undefined : decodeBytes(stdin);
  return compact({ ...rest, env: decodeEnvironment(env), stdin: input });
}

/** The reverse of {@link encodeCommandOptions}, for a command that is run to its end. */
export function decodeCommandOptions(options: WireCommandOptions): CommandOptions {
  const { env, stdin, keepInput: _keepInput, pty: _pty, ...rest } = options;
  const input = stdin === undefined ? undefined : decodeBytes(stdin);
  return compact({ ...rest, env: decodeEnvironment(env), stdin: input });
}

/** Puts a result into JSON. */
export function encodeResult(result: CommandResult): WireResult {
  const { command: _command, output, ...rest } = result;
  return output === rest.stdout ? rest : { ...rest, output };
}

/** The reverse of {@link encodeResult}. */
export function decodeResult(result: WireResult, command: Command): CommandResult {
  return { ...result, command, output: result.output ?? result.stdout };
}

/** One line of a process's event stream. */
export type WireEvent =
  | { readonly type: 'output'; readonly stream: OutputStream; readonly cursor: number; readonly data: string }
  | Exclude<ProcessEvent, { readonly type: 'output' }>
  | { readonly type: 'error'; readonly error: object };

/** Puts an event into JSON: bytes as base64. */
export function encodeEvent(event: ProcessEvent): WireEvent {
  if (event.type !== 'output') return event;
  const { data } = event;
  return { ...event, data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64') };
}

/** The reverse of {@link encodeEvent}; undefined for a kind of event that this version does not know. */
export function decodeEvent(event: WireEvent): ProcessEvent | undefined {
  if (event.type === 'output') return { ...event, data: Buffer.from(event.data, 'base64') };
  return event.type === 'gap' || event.type === 'exit' ? event : undefined;
}

/** Cursor behind an event: where a reader that has seen it goes on. */
export function cursorAfter(event: ProcessEvent, cursor: number): number {
  if (event.type === 'output') return event.cursor + event.data.length;
  return event.type === 'gap' ? event.to : cursor;
}

/** A match in JSON: the same shape. */
export type WireMatch = PatternMatch;
