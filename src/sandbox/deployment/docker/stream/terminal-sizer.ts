import { setTimeout as delay } from 'node:timers/promises';
import type { TerminalSize } from '../../../process/command.ts';

const firstRetryMs = 2;
const lastRetryMs = 100;
const mostAttempts = 60;

/**
 * Makes a script wait until its terminal has a size: engines before 25 start it without one. A shell without `stty` does not
 * wait.
 */
export function awaitingSize(script: string): string {
  return `${waitForSize}\n${script}`;
}

/**
 * `stty size` of busybox fails without a size, that of coreutils says `0 0`. An engine under load takes seconds: after the first
 * tries the script sleeps between them, as long as {@link TerminalSizer} tries.
 */
const waitForSize = [
  'if command -v stty >/dev/null 2>&1; then',
  'n=0',
  'until case "$(stty size 2>/dev/null)" in [1-9]*) ;; *) [ "$n" -gt 208 ] ;; esac; do',
  'n=$((n + 1)); [ "$n" -le 200 ] || sleep 1',
  'done',
  'unset n',
  'fi',
].join('\n');

/** Sets a terminal's size, the latest that was asked for, as soon as the engine takes it: it refuses before the program runs. */
export class TerminalSizer implements Disposable {
  readonly #apply: (size: TerminalSize) => Promise<unknown>;
  #wanted: TerminalSize | undefined;
  #running: Promise<void> | undefined;
  #isOver = false;

  constructor(apply: (size: TerminalSize) => Promise<unknown>) {
    this.#apply = apply;
  }

  /** Asks for a size, and resolves when it is set, or given up. */
  set(size: TerminalSize): Promise<void> {
    this.#wanted = size;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
  }

  async #run(): Promise<void> {
    for (let attempt = 0; this.#wanted !== undefined && !this.#isOver && attempt < mostAttempts; attempt++) {
      const size = this.#wanted;
      try {
        await this.#apply(size);
        if (this.#wanted === size) this.#wanted = undefined;
      } catch {
        await delay(Math.min(firstRetryMs * 2 ** attempt, lastRetryMs), undefined, { ref: false });
      }
    }
  }
}
