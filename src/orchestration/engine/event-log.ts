/** Keeps values and hands all of them, from the first, to everybody who iterates; iteration ends when it is closed. */
export class EventLog<Value> implements AsyncIterable<Value> {
  readonly #values: Value[] = [];
  #wakers: (() => void)[] = [];
  #isClosed = false;

  /** Adds values. */
  push(values: readonly Value[]): void {
    for (const value of values) this.#values.push(value);
    this.#wake();
  }

  /** Ends every iteration once it has seen everything. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Value> {
    for (let index = 0; ; ) {
      while (index < this.#values.length) yield this.#values[index++] as Value;
      if (this.#isClosed) return;
      await new Promise<void>((resolve) => this.#wakers.push(resolve));
    }
  }

  #wake(): void {
    for (const wake of this.#wakers.splice(0)) wake();
  }
}
