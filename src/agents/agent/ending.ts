/** What has to end with an execution; the last that came ends first. */
export class Ending implements AsyncDisposable {
  readonly #cleanups: (() => void | Promise<void>)[] = [];

  /** Adds something to be ended. */
  readonly defer = (cleanup: () => void | Promise<void>): void => {
    this.#cleanups.push(cleanup);
  };

  /** Ends everything, also where one of the endings fails; then throws the first failure. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (let cleanup = this.#cleanups.pop(); cleanup; cleanup = this.#cleanups.pop()) {
      try {
        await cleanup();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
