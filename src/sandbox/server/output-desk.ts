import { ByteLog, type LogChunk, type LogGap } from '../process/byte-log.ts';
import type { OutputStream, ReadOptions } from '../process/process-handle.ts';

/** How long a run's output can be asked for after its end. */
const keptMs = 60_000;

interface Output {
  readonly log: ByteLog;
  /** Whether its run has come. */
  begun: boolean;
}

/** The output of session runs that clients follow, each by a name that its client chose. */
export class OutputDesk {
  readonly #maxOutputBytes: number;
  readonly #outputs = new Map<string, Output>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(limits: { readonly maxOutputBytes: number }) {
    this.#maxOutputBytes = limits.maxOutputBytes;
  }

  /** Takes output of the run that has this name. */
  writer(id: string): (stream: OutputStream, data: Uint8Array) => void {
    const output = this.#open(id);
    output.begun = true;
    return (stream, data) => output.log.append(stream, data);
  }

  /** Follows an output from a cursor to its end; the run may come later. */
  async *read(id: string, options: ReadOptions): AsyncGenerator<LogChunk | LogGap> {
    const output = this.#open(id);
    try {
      yield* output.log.read(options);
    } finally {
      if (!output.begun && this.#outputs.get(id) === output) this.#outputs.delete(id);
    }
  }

  /** Ends an output: readers finish when they have seen it, and later ones find it for a minute. */
  close(id: string): void {
    const output = this.#open(id);
    output.begun = true;
    output.log.close();
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#outputs.delete(id);
    }, keptMs).unref();
    this.#timers.add(timer);
  }

  /** Ends all of them. */
  closeAll(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const { log } of this.#outputs.values()) log.close();
    this.#timers.clear();
    this.#outputs.clear();
  }

  #open(id: string): Output {
    const known = this.#outputs.get(id);
    if (known) return known;
    const output = { log: new ByteLog(this.#maxOutputBytes), begun: false };
    this.#outputs.set(id, output);
    return output;
  }
}
