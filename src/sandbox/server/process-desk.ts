import { RexError } from '../../core/errors.ts';
import type { Command, CommandOptions, CommandResult, SpawnOptions } from '../process/command.ts';
import type { ProcessHandle } from '../process/process-handle.ts';
import type { Runtime } from '../runtime/runtime.ts';

/** Bounds of a desk. */
export interface ProcessDeskLimits {
  readonly maxProcesses: number;
  readonly maxOutputBytes: number;
}

interface Entry {
  readonly handle: ProcessHandle;
  readonly controller: AbortController;
}

/** The commands and processes that clients started: counts them, bounds their output, and ends them at the end. */
export class ProcessDesk {
  readonly #runtime: Runtime;
  readonly #limits: ProcessDeskLimits;
  readonly #running = new Map<string, Entry>();
  #commands = 0;

  constructor(runtime: Runtime, limits: ProcessDeskLimits) {
    this.#runtime = runtime;
    this.#limits = limits;
  }

  /** How many run. */
  get size(): number {
    return this.#running.size + this.#commands;
  }

  /** Runs a command to its end. @throws LIMIT_EXCEEDED, and what the runtime throws */
  async execute(command: Command, options: CommandOptions): Promise<CommandResult> {
    return await this.#counted(() => this.#runtime.execute(command, this.#bound(options)));
  }

  /** Starts a process that lives on until it ends, is killed, or the desk closes. @throws as {@link execute} */
  async spawn(command: Command, options: SpawnOptions): Promise<ProcessHandle> {
    const controller = new AbortController();
    const bounded = this.#bound({ ...options, signal: controller.signal });
    const handle = await this.#counted(() => this.#runtime.spawn(command, bounded));
    this.#running.set(handle.id, { handle, controller });
    const forget = () => this.#running.delete(handle.id);
    void handle.wait().then(forget, forget);
    return handle;
  }

  /** A process by id, whoever started it. @throws PROCESS_NOT_FOUND */
  async attach(id: string): Promise<ProcessHandle> {
    return this.#running.get(id)?.handle ?? (await this.#runtime.attach(id));
  }

  /** Aborts a process as its caller's signal would. Returns whether it ran. */
  abort(id: string): boolean {
    const entry = this.#running.get(id);
    entry?.controller.abort();
    return entry !== undefined;
  }

  /** Ends the named ones with their trees, all that clients started without names, and returns those that are known. */
  async closeAll(ids: readonly string[] = [...this.#running.keys()]): Promise<readonly ProcessHandle[]> {
    const found = await Promise.all(ids.map((id) => this.attach(id).catch(() => undefined)));
    const handles = found.filter((handle) => handle !== undefined);
    await Promise.all(handles.map((handle) => handle[Symbol.asyncDispose]()));
    return handles;
  }

  #bound<Options extends { readonly maxOutputBytes?: number }>(options: Options): Options {
    const { maxOutputBytes } = this.#limits;
    return { ...options, maxOutputBytes: Math.min(options.maxOutputBytes ?? maxOutputBytes, maxOutputBytes) };
  }

  async #counted<Value>(work: () => Promise<Value>): Promise<Value> {
    const { maxProcesses } = this.#limits;
    if (this.size >= maxProcesses) throw tooManyProcesses(maxProcesses);
    this.#commands++;
    try {
      return await work();
    } finally {
      this.#commands--;
    }
  }
}

function tooManyProcesses(maximum: number): RexError<'LIMIT_EXCEEDED'> {
  const hint = 'Wait for some to end, or raise `maxProcesses` of the server.';
  const context = { limit: 'maxProcesses', maximum };
  return new RexError('LIMIT_EXCEEDED', `The server runs ${maximum} commands already`, context, { hint });
}
