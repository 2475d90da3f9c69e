/** A binary heap: the least value first; adds and removes any value in logarithmic time. Holds each value once. */
export class PriorityHeap<Value extends object> {
  readonly #compare: (left: Value, right: Value) => number;
  readonly #values: Value[] = [];
  readonly #indexes = new Map<Value, number>();

  constructor(compare: (left: Value, right: Value) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#values.length;
  }

  /** The least value. */
  first(): Value | undefined {
    return this.#values[0];
  }

  push(value: Value): void {
    this.#place(value, this.#values.length);
    this.#rise(this.#values.length - 1);
  }

  /** Removes a value; false when it is not in the heap. */
  remove(value: Value): boolean {
    const index = this.#indexes.get(value);
    const last = this.#values.at(-1);
    if (index === undefined || last === undefined) return false;
    this.#values.pop();
    this.#indexes.delete(value);
    if (last !== value) {
      this.#place(last, index);
      this.#rise(index);
      this.#sink(this.#indexes.get(last) ?? index);
    }
    return true;
  }

  #rise(from: number): void {
    for (let index = from; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #sink(from: number): void {
    for (let index = from; ; ) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < this.#values.length && this.#isBefore(child, least)) least = child;
      }
      if (least === index) return;
      this.#swap(index, least);
      index = least;
    }
  }

  #isBefore(left: number, right: number): boolean {
    return this.#compare(this.#values[left] as Value, this.#values[right] as Value) < 0;
  }

  #swap(left: number, right: number): void {
    const value = this.#values[left] as Value;
    this.#place(this.#values[right] as Value, left);
    this.#place(value, right);
  }

  #place(value: Value, index: number): void {
    this.#values[index] = value;
    this.#indexes.set(value, index);
  }
}
