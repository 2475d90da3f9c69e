import type { ClientChannel } from 'ssh2';
import { deferred } from '../../../core/deferred.ts';
import type { TerminalSize } from '../../process/command.ts';
import type { OutputStream } from '../../process/process-handle.ts';
import type { StreamEnd, TargetStream } from '../../target/target.ts';

type Listener = (stream: OutputStream, data: Uint8Array) => void;

/** Time without output after which a program that has ended has printed everything, whoever else holds its output. */
const quietMs = 60;

/** The link of a channel. */
interface CutLink {
  /** Why it is gone; undefined while it stands. */
  readonly reason: string | undefined;
}

/** A program at the other end of a channel, from the moment that the channel opens: its end may be there already. */
export class SshStream implements TargetStream {
  readonly #channel: ClientChannel;
  readonly #link: CutLink;
  readonly #ended = deferred<StreamEnd>();
  readonly #closed = deferred<false>();
  #listener: Listener | undefined;
  #exit: { readonly exitCode: number | null; readonly signal: string | null } | undefined;
  #quiet: NodeJS.Timeout | undefined;

  constructor(channel: ClientChannel, link: CutLink) {
    this.#channel = channel;
    this.#link = link;
    channel.on('error', () => {});
    channel.stderr.on('error', () => {});
    channel.once('exit', (code: number | null, signal?: string) => {
      this.#exit = { exitCode: code, signal: signal ?? null };
      this.#waitForQuiet();
    });
    channel.once('close', () => this.#finish(this.#exit ? this.#cut() : { lost: this.#why() }));
  }

  get ended(): Promise<StreamEnd> {
    return this.#ended.promise;
  }

  get onOutput(): Listener {
    return this.#listener ?? (() => {});
  }

  /** Nothing is read before it is set, so nothing is missed. */
  set onOutput(listener: Listener) {
    this.#listener = listener;
    this.#channel.on('data', (data: Buffer) => this.#deliver('stdout', data));
    this.#channel.stderr.on('data', (data: Buffer) => this.#deliver('stderr', data));
  }

  write(data: Uint8Array): Promise<boolean> {
    if (!this.#channel.writable) return Promise.resolve(false);
    const written = new Promise<boolean>((resolve) => {
      this.#channel.write(data, (error?: Error | null) => resolve(!error));
    });
    return Promise.race([written, this.#closed.promise]);
  }

  closeInput(): void {
    if (this.#channel.writable) this.#channel.end();
  }

  resize({ rows, columns }: TerminalSize): void {
    this.#channel.setWindow(rows, columns, 0, 0);
  }

  destroy(): void {
    this.#channel.destroy();
    this.#finish({ lost: 'the stream was let go' });
  }

  #deliver(stream: OutputStream, data: Uint8Array): void {
    this.#quiet?.refresh();
    this.#listener?.(stream, data);
  }

  /** A program that was left in the background may hold the channel open for ever. */
  #waitForQuiet(): void {
    this.#quiet = setTimeout(() => {
      this.#finish({});
      this.#channel.destroy();
    }, quietMs);
  }

  #finish(how: { readonly lost?: string }): void {
    clearTimeout(this.#quiet);
    this.#closed.resolve(false);
    this.#ended.resolve({ ...(this.#exit ?? { exitCode: null, signal: null }), ...how });
  }

  /** After a cut, the end of what was printed may be missing though the exit code has come. */
  #cut(): { readonly lost?: string } {
    return this.#link.reason === undefined ? {} : { lost: this.#link.reason };
  }

  #why(): string {
    return this.#link.reason ?? 'the host closed the channel without an exit status';
  }
}
