import type { Ask } from './files/ask.ts';

/** How a target tells that its limits were hit. */
export interface LimitProbe {
  /** Shell text that prints how often they were. */
  readonly script: string;
  /** Which of them were hit between two prints, in words; '' for none. */
  describe(before: string, after: string): string;
}

/** Knows how often a target's limits had been hit when something began, and asks again when it failed. */
export class LimitWatch {
  readonly #probe: LimitProbe;
  readonly #ask: Ask;
  #known = '';

  constructor(probe: LimitProbe, ask: Ask) {
    this.#probe = probe;
    this.#ask = ask;
  }

  /** What is known now, for {@link reason}. */
  get known(): string {
    return this.#known;
  }

  /** Asks the target. A target that does not answer changes nothing. */
  async look(): Promise<void> {
    const reply = await this.#ask(this.#probe.script).catch(() => undefined);
    if (reply) this.#known = Buffer.from(reply.output).toString('latin1');
  }

  /** Which limits were hit, by whatever ran in the target, since `known` was so; '' for none. */
  async reason(known: string): Promise<string> {
    await this.look();
    return this.#probe.describe(known, this.#known);
  }
}
