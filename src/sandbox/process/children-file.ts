import { Buffer } from 'node:buffer';
import { closeSync, openSync, readSync } from 'node:fs';

const chunk = Buffer.allocUnsafeSlow(4096);

/** The direct children of a process: one system call each time they are asked for. */
export class ChildrenFile {
  #file: number | undefined;

  /** Where the system keeps no such list (elsewhere than on Linux), it is always empty. */
  constructor(pid: number) {
    try {
      this.#file = openSync(`/proc/${pid}/task/${pid}/children`, 'r');
    } catch {}
  }

  /** Their ids; none when the process is gone. */
  read(): ReadonlySet<number> {
    let text = '';
    try {
      while (this.#file !== undefined) {
        const length = readSync(this.#file, chunk, 0, chunk.length, text.length);
        if (length === 0) break;
        text += chunk.toString('latin1', 0, length);
        if (length < chunk.length / 2) break;
      }
    } catch {}
    return new Set(text.split(' ').filter(Boolean).map(Number));
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
