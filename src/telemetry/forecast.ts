import type { EventSource } from './event-source.ts';
import { type Execution, ExecutionReader } from './execution.ts';
import { mean, quantile, Window } from './statistics.ts';

/** What a task of a kind is expected to take. */
export interface Expectation {
  readonly mean: number;
  /** Nine of ten stay below this. */
  readonly p90: number;
  /** Number of executions that this rests on; 0 means that it is a default. */
  readonly samples: number;
}

/** Expects from what was. */
export interface Forecast {
  /** Tokens of one execution by an agent or of a task type. Default 100, at least 50. */
  tokens(role: string): Expectation;
  /** Milliseconds of one execution by an agent or of a task type. Default 30,000, at least 5,000. */
  durationMs(role: string): Expectation;
  /** Money of one execution, in US dollars. Default 0. */
  usd(role: string): Expectation;
}

/** How {@link forecast} looks back. */
export interface ForecastOptions {
  /** Executions of a role that count. Default 10. */
  readonly window?: number;
}

interface History {
  readonly tokens: Window;
  readonly durationMs: Window;
  readonly usd: Window;
}

/** Forecasts cost and duration for each role (agent or task type) from the last executions in some events. */
export async function forecast(events: EventSource, options: ForecastOptions = {}): Promise<Forecast> {
  const { window = 10 } = options;
  const histories = new Map<string, History>();
  const reader = new ExecutionReader();
  for await (const event of events) {
    const ended = reader.observe(event);
    if (ended?.outcome !== 'done' && ended?.outcome !== 'expanded') continue;
    for (const role of new Set([ended.agent, ended.taskType])) if (role !== '') learn(histories, role, ended, window);
  }
  const expect = (role: string, what: keyof History, otherwise: number, least: number): Expectation => {
    const values = histories.get(role)?.[what].values ?? [];
    if (values.length === 0) return { mean: otherwise, p90: otherwise, samples: 0 };
    const p90 = quantile(values, 0.9);
    return { mean: Math.max(least, mean(values)), p90: Math.max(least, p90), samples: values.length };
  };
  return {
    tokens: (role) => expect(role, 'tokens', 100, 50),
    durationMs: (role) => expect(role, 'durationMs', 30_000, 5_000),
    usd: (role) => expect(role, 'usd', 0, 0),
  };
}

function learn(histories: Map<string, History>, role: string, ended: Execution, size: number): void {
  const known = histories.get(role);
  const history = known ?? { tokens: new Window(size), durationMs: new Window(size), usd: new Window(size) };
  if (!known) histories.set(role, history);
  const tokens = ended.tokensIn + ended.tokensOut;
  if (tokens > 0) history.tokens.add(tokens);
  if (ended.usd > 0) history.usd.add(ended.usd);
  history.durationMs.add(ended.endedAt - ended.startedAt);
}
