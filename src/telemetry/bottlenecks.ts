import type { EventSource } from './event-source.ts';
import { ExecutionReader } from './execution.ts';
import { mean, Window } from './statistics.ts';

/** A role that slows the others down. */
export interface Bottleneck {
  readonly role: string;
  readonly meanMs: number;
  readonly samples: number;
  readonly advice: string;
}

/** How {@link findBottlenecks} judges. */
export interface BottleneckOptions {
  /** Executions of a role that count. Default 100. */
  readonly window?: number;
  /** A mean above this is a bottleneck. Default 60,000. */
  readonly thresholdMs?: number;
}

/** The agents whose executions take longer than the threshold on average, slowest first. */
export async function findBottlenecks(events: EventSource, options: BottleneckOptions = {}): Promise<Bottleneck[]> {
  const { window = 100, thresholdMs = 60_000 } = options;
  const durations = new Map<string, Window>();
  const reader = new ExecutionReader();
  for await (const event of events) {
    const ended = reader.observe(event);
    if (!ended || ended.outcome === 'lost') continue;
    const known = durations.get(ended.agent) ?? new Window(window);
    durations.set(ended.agent, known);
    known.add(ended.endedAt - ended.startedAt);
  }
  return [...durations]
    .map(([role, { values }]) => ({ role, meanMs: mean(values), samples: values.length }))
    .filter(({ meanMs }) => meanMs > thresholdMs)
    .sort((left, right) => right.meanMs - left.meanMs)
    .map((found) => ({ ...found, advice: `give ${found.role} more agents, smaller tasks or a faster model` }));
}
