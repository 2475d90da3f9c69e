/** Counts the agents that have running work, up to a most. */
export class AgentCount {
  readonly #most: number;
  readonly #running = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** True when the agent runs something already or there is a seat for it. */
  admits(agent: string): boolean {
    return this.#running.size < this.#most || this.#running.has(agent);
  }

  enter(agent: string): void {
    this.#running.set(agent, (this.#running.get(agent) ?? 0) + 1);
  }

  /** True when this was the last running work of the agent. */
  leave(agent: string): boolean {
    const left = (this.#running.get(agent) ?? 1) - 1;
    if (left > 0) this.#running.set(agent, left);
    else this.#running.delete(agent);
    return left <= 0;
  }
}
