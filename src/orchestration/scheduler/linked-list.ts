interface Link<Value> {
  readonly value: Value;
  previous: Link<Value> | undefined;
  next: Link<Value> | undefined;
}

/** A list that adds at its end and removes anywhere, in constant time. Holds each value once. */
export class LinkedList<Value> implements Iterable<Value> {
  readonly #links = new Map<Value, Link<Value>>();
  #first: Link<Value> | undefined;
  #last: Link<Value> | undefined;

  get size(): number {
    return this.#links.size;
  }

  /** Adds a value that is not in the list. */
  push(value: Value): void {
    const link: Link<Value> = { value, previous: this.#last, next: undefined };
    if (this.#last) this.#last.next = link;
    else this.#first = link;
    this.#last = link;
    this.#links.set(value, link);
  }

  /** Removes a value; false when it is not in the list. */
  remove(value: Value): boolean {
    const link = this.#links.get(value);
    if (!link) return false;
    this.#links.delete(value);
    if (link.previous) link.previous.next = link.next;
    else this.#first = link.next;
    if (link.next) link.next.previous = link.previous;
    else this.#last = link.previous;
    return true;
  }

  *[Symbol.iterator](): Iterator<Value> {
    for (let link = this.#first; link; link = link.next) yield link.value;
  }
}
