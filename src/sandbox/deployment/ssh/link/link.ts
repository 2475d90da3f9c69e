import type { Duplex } from 'node:stream';
import type { Client, ExecOptions, SFTPWrapper } from 'ssh2';
import { deferred } from '../../../../core/deferred.ts';
import { RexError } from '../../../../core/errors.ts';
import type { TerminalSize } from '../../../process/command.ts';
import type { HostSettings } from '../config/host-settings.ts';
import { SshStream } from '../ssh-stream.ts';
import { connectionFailed, outcomeUnknown, reasonOf } from './ssh-errors.ts';

/** Limits of one call on a link. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** The host opens no further channel on this link. */
export class ChannelRefused extends Error {}

/** One connection to a host, after the login. Every call on it has a deadline: a host that misses it is cut off. */
export class Link {
  readonly client: Client;
  readonly settings: HostSettings;
  readonly #channelTimeoutMs: number;
  readonly #lost = deferred<string>();
  #reason: string | undefined;
  #failure: string | undefined;

  constructor(client: Client, settings: HostSettings, channelTimeoutMs: number) {
    this.client = client;
    this.settings = settings;
    this.#channelTimeoutMs = channelTimeoutMs;
    client.on('error', (error) => {
      this.#failure ??= reasonOf(error);
    });
    client.once('close', () => this.#end(this.#failure ?? 'the link was cut'));
  }

  /** Why the link is gone; undefined while it stands. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Resolves with the reason once the link is gone. */
  get lost(): Promise<string> {
    return this.#lost.promise;
  }

  /** Starts a program. @throws ChannelRefused, OUTCOME_UNKNOWN when the link breaks meanwhile */
  exec(command: string, size: TerminalSize | undefined, options: CallOptions = {}): Promise<SshStream> {
    const pty = size && { rows: size.rows, cols: size.columns, width: 0, height: 0, term: 'dumb' };
    const request: ExecOptions = pty ? { pty } : {};
    return this.#call<SshStream>('start a program', options, (done) =>
      this.client.exec(command, request, (error, channel) =>
        done(error, error ? (undefined as never) : new SshStream(channel, this)),
      ),
    );
  }

  /** Opens the file transfer subsystem. @throws ChannelRefused; UNSUPPORTED where the host has none */
  sftp(options: CallOptions = {}): Promise<SFTPWrapper> {
    return this.#call<SFTPWrapper>('open file transfer', options, (done) => this.client.sftp(done));
  }

  /** Opens a byte stream to a port that the host can reach. @throws CONNECTION_FAILED */
  async connect(host: string, port: number, options: CallOptions = {}): Promise<Duplex> {
    try {
      return await this.#call<Duplex>(`connect to ${host}:${port}`, options, (done) =>
        this.client.forwardOut('127.0.0.1', 0, host, port, done),
      );
    } catch (error) {
      if (!(error instanceof ChannelRefused) && !RexError.is(error, 'OUTCOME_UNKNOWN')) throw error;
      throw connectionFailed({ ...this.settings, address: host, port }, error.message, error);
    }
  }

  /** Asks the host to listen on a port, 0 for any; resolves with the port. @throws CONNECTION_FAILED */
  async listen(address: string, port: number, options: CallOptions = {}): Promise<number> {
    try {
      return await this.#call<number>(`listen on ${address}:${port}`, options, (done) =>
        this.client.forwardIn(address, port, done),
      );
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw connectionFailed(this.settings, `it does not listen on ${address}:${port} (${reasonOf(error)})`, error);
    }
  }

  /** Ends the link; idempotent. */
  close(reason = 'the connection was closed'): void {
    if (this.#reason !== undefined) return;
    this.#end(reason);
    // After a polite end, ssh2 would wait for a host that is gone.
    this.client.destroy();
  }

  #end(reason: string): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#lost.resolve(reason);
  }

  #call<Value>(
    operation: string,
    { signal }: CallOptions,
    start: (done: (error: Error | undefined, value: Value) => void) => void,
  ): Promise<Value> {
    return new Promise((resolve, reject) => {
      let over = false;
      const settle = (finish: () => void): void => {
        if (over) return;
        over = true;
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        finish();
      };
      const onAbort = (): void => settle(() => reject(signal?.reason));
      const onLate = (): void => {
        const reason = `it did not answer within ${this.#channelTimeoutMs} ms`;
        this.close(reason);
        settle(() => reject(outcomeUnknown(operation, reason)));
      };
      const timer = setTimeout(onLate, this.#channelTimeoutMs);
      signal?.addEventListener('abort', onAbort, { once: true });
      void this.lost.then((reason) => settle(() => reject(outcomeUnknown(operation, reason))));
      const done = (error: Error | undefined, value: Value): void => {
        // A channel that comes after the caller has gone is closed at once.
        if (over) (value as Partial<Duplex> | undefined)?.destroy?.();
        // A connection that ends refuses what was asked in a host's words, a moment before it says that it has ended.
        else if (error && isRefusal(error))
          setTimeout(() => settle(() => reject(this.#toError(error, operation))), 100);
        else settle(() => (error ? reject(this.#toError(error, operation)) : resolve(value)));
      };
      try {
        if (this.#reason !== undefined) throw connectionFailed(this.settings, this.#reason);
        signal?.throwIfAborted();
        start(done);
      } catch (error) {
        settle(() => reject(this.#toError(error as Error, operation)));
      }
    });
  }

  #toError(error: Error, operation: string): Error {
    if (RexError.is(error)) return error;
    const { reason } = error as { reason?: unknown };
    if (/channel open failure/i.test(error.message))
      return new ChannelRefused(reasonText(reason, error), { cause: error });
    if (/not connected|no response/i.test(error.message))
      return outcomeUnknown(operation, this.#reason ?? 'the link was cut');
    if (/subsystem/i.test(error.message)) return unsupported('file transfer', error);
    if (isRefusal(error)) return notStarted('the host refuses to start it', error);
    return error;
  }
}

function isRefusal(error: Error): boolean {
  return /unable to (exec|start)/i.test(error.message);
}

function reasonText(reason: unknown, error: Error): string {
  if (reason === 'CONNECT_FAILED' || reason === 2) return error.message.replace(/^.*?failure: /, '');
  return reason === 'ADMINISTRATIVELY_PROHIBITED' || reason === 1 ? 'the host does not allow it' : error.message;
}

function unsupported(feature: string, cause: Error): RexError<'UNSUPPORTED'> {
  return new RexError('UNSUPPORTED', `the host has no ${feature}`, { feature }, { cause });
}

/** The error for a host that starts no programs. */
export function notStarted(reason: string, cause: Error): RexError<'COMMAND_NOT_STARTED'> {
  const context = { command: '/bin/sh', errno: undefined };
  const hint = 'The account may not start programs: see `MaxSessions` and `ForceCommand` of the SSH server.';
  return new RexError('COMMAND_NOT_STARTED', `cannot start a shell: ${reason}`, context, { hint, cause });
}
