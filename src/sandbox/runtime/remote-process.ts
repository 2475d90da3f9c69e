import { RexError } from '../../core/errors.ts';
import type { Command, CommandResult, TerminalSize } from '../process/command.ts';
import type {
  Cursor,
  ExitStatus,
  PatternMatch,
  ProcessEvent,
  ProcessHandle,
  ReadOptions,
  WaitOptions,
} from '../process/process-handle.ts';
import { decodeError } from '../protocol/rex-protocol.ts';
import {
  cursorAfter,
  decodeEvent,
  decodeResult,
  type WireEvent,
  type WireMatch,
  type WireProcess,
  type WireResult,
} from './remote-command-wire.ts';
import { cutContent } from './remote-content.ts';
import { readEvents } from './remote-events.ts';
import { isServerGone, type RexClient } from './remote-rex-client.ts';
import { compact, encodePattern } from './remote-value-wire.ts';

/** A process of a server; see {@link ProcessHandle}. `exit` is known once any call has seen it. */
export class RemoteProcess implements ProcessHandle {
  readonly id: string;
  readonly pid: number | undefined;
  readonly command: Command;
  readonly #client: RexClient;
  readonly #path: string;
  #exit: ExitStatus | undefined;
  #input: Promise<unknown> = Promise.resolve();

  constructor(client: RexClient, wire: WireProcess) {
    this.#client = client;
    this.#path = `/processes/${encodeURIComponent(wire.id)}`;
    this.#exit = wire.exit;
    this.id = wire.id;
    this.pid = wire.pid;
    this.command = wire.command;
  }

  get exit(): ExitStatus | undefined {
    return this.#exit;
  }

  /** Goes on behind the last event it gave when the connection is lost: nothing is missing, nothing comes twice. */
  async *read(options: ReadOptions = {}): AsyncGenerator<ProcessEvent> {
    const { follow = true, signal } = options;
    let cursor = options.after ?? 0;
    const lines = readEvents<WireEvent>(this.#client, {
      path: () => `${this.#path}/events?after=${cursor}&follow=${follow}`,
      operation: 'read',
      signal,
    });
    for await (const line of lines) {
      if (line.type === 'error') throw decodeError(line) ?? new Error('the server sent an error that is none');
      const event = decodeEvent(line);
      if (event === undefined) continue;
      cursor = cursorAfter(event, cursor);
      if (event.type === 'exit') this.#exit = toExit(event);
      yield event;
      if (event.type === 'exit') return;
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<ProcessEvent> {
    return this.read();
  }

  async wait({ signal, timeoutMs }: WaitOptions = {}): Promise<ExitStatus> {
    if (this.#exit !== undefined) return this.#exit;
    const path = `${this.#path}/wait${limit(timeoutMs)}`;
    this.#exit = await this.#client.get<ExitStatus>({ path, operation: 'wait', signal });
    return this.#exit;
  }

  async result({ signal, timeoutMs }: WaitOptions = {}): Promise<CommandResult> {
    const path = `${this.#path}/result${limit(timeoutMs)}`;
    return decodeResult(await this.#client.get<WireResult>({ path, operation: 'result', signal }), this.command);
  }

  async waitFor(
    pattern: string | RegExp,
    { after, timeoutMs, signal }: WaitOptions & { readonly after?: Cursor } = {},
  ): Promise<PatternMatch> {
    const search = JSON.stringify(compact({ pattern: encodePattern(pattern), after, timeoutMs }));
    const path = `${this.#path}/wait-for?search=${encodeURIComponent(search)}`;
    const match = await this.#client.get<WireMatch>({ path, operation: 'waitFor', signal });
    return { ...match, groups: match.groups.map((group) => group ?? undefined) };
  }

  write(data: string | Uint8Array): Promise<void> {
    return this.#inOrder(async () => {
      for await (const piece of cutContent(data)) await this.#act('input', piece);
    });
  }

  closeInput(): Promise<void> {
    return this.#inOrder(() => this.#act('close-input'));
  }

  async resize(size: TerminalSize): Promise<void> {
    await this.#client.post({ path: `${this.#path}/resize`, operation: 'resize' }, size);
  }

  async kill(signal?: NodeJS.Signals, options: { readonly graceMs?: number } = {}): Promise<ExitStatus | undefined> {
    const body = compact({ signal, graceMs: options.graceMs });
    const answer = await this.#client.post<{ readonly exit: ExitStatus | null }>(
      { path: `${this.#path}/kill`, operation: 'kill' },
      body,
    );
    this.ended(answer.exit);
    return answer.exit ?? undefined;
  }

  /** Takes note of how it ended, where the server has said so. */
  ended(exit: ExitStatus | null | undefined): void {
    this.#exit ??= exit ?? undefined;
  }

  /** Ends it as the `signal` of its options does. */
  async abort(): Promise<void> {
    await this.#act('abort');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      const path = `${this.#path}/dispose`;
      const answer = await this.#client.send<{ readonly exit: ExitStatus | null }>({ path, operation: 'dispose' });
      this.ended(answer.exit);
    } catch (error) {
      if (!RexError.is(error, 'PROCESS_NOT_FOUND') && !isServerGone(error)) throw error;
    }
  }

  async #act(action: string, body?: Uint8Array): Promise<void> {
    await this.#client.send({ path: `${this.#path}/${action}`, operation: action }, body);
  }

  #inOrder(task: () => Promise<void>): Promise<void> {
    const turn = this.#input.then(task);
    this.#input = turn.catch(() => {});
    return turn;
  }
}

function limit(timeoutMs: number | undefined): string {
  return timeoutMs === undefined ? '' : `?timeoutMs=${timeoutMs}`;
}

function toExit({ exitCode, signal, reason }: ExitStatus): ExitStatus {
  return { exitCode, signal, reason };
}
