import { invalidArgument } from '../core/errors.ts';
import type { Json } from '../core/json.ts';

/** Labels of a series. */
export type Labels = Readonly<Record<string, string>>;

/** Counters, gauges and distributions, by name and labels. */
export interface Metrics {
  /** Adds to a counter (default 1). */
  count(name: string, by?: number, labels?: Labels): void;
  /** Sets a gauge. */
  gauge(name: string, value: number, labels?: Labels): void;
  /** Adds a value to a distribution. */
  observe(name: string, value: number, labels?: Labels): void;
  /** Everything in the text format of Prometheus. */
  prometheus(): string;
  /** Everything as JSON: name → labels → value (or count, sum and buckets). */
  snapshot(): Json;
}

/** What {@link metrics} measures with. */
export interface MetricsOptions {
  /** Upper bounds of the buckets of distributions. Default: 5 ms to 10 min, in seconds. */
  readonly buckets?: readonly number[];
  /** One line about each metric, by name. */
  readonly help?: Readonly<Record<string, string>>;
}

type Kind = 'counter' | 'gauge' | 'histogram';

interface Family {
  readonly kind: Kind;
  readonly series: Map<string, Series>;
}

interface Series {
  readonly labels: Labels;
  value: number;
  count: number;
  readonly buckets: number[];
}

const defaultBuckets = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 600];

/** Makes an empty set of metrics. Names and labels follow the rules of Prometheus; others throw `INVALID_ARGUMENT`. */
export function metrics({ buckets = defaultBuckets, help = {} }: MetricsOptions = {}): Metrics {
  const families = new Map<string, Family>();
  const seriesOf = (kind: Kind, name: string, labels: Labels): Series => {
    const family = families.get(name) ?? { kind, series: new Map<string, Series>() };
    if (!families.has(name)) {
      if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) throw invalidArgument('name', 'a Prometheus metric name', name);
      families.set(name, family);
    }
    if (family.kind !== kind) throw invalidArgument('name', `a ${kind}`, `${name}, a ${family.kind}`);
    const key = formatLabels(labels);
    const found = family.series.get(key) ?? { labels, value: 0, count: 0, buckets: buckets.map(() => 0) };
    family.series.set(key, found);
    return found;
  };
  return {
    count: (name, by = 1, labels = {}) => {
      if (!(by >= 0)) throw invalidArgument('by', 'a number that is not negative', by);
      seriesOf('counter', name, labels).value += by;
    },
    gauge: (name, value, labels = {}) => {
      seriesOf('gauge', name, labels).value = value;
    },
    observe: (name, value, labels = {}) => {
      const series = seriesOf('histogram', name, labels);
      series.value += value;
      series.count += 1;
      for (const [index, bound] of buckets.entries()) {
        if (value <= bound) series.buckets[index] = (series.buckets[index] ?? 0) + 1;
      }
    },
    prometheus: () => [...families].map(([name, family]) => formatFamily(name, family, buckets, help[name])).join(''),
    snapshot: () => {
      const entries = [...families].map(([name, { kind, series }]) => {
        const values = [...series].map(([key, { value, count, buckets: counts }]) => {
          return [key, kind === 'histogram' ? { sum: value, count, buckets: counts } : value] as const;
        });
        return [name, Object.fromEntries(values)] as const;
      });
      return Object.fromEntries(entries) as Json;
    },
  };
}

function formatFamily(name: string, { kind, series }: Family, buckets: readonly number[], help?: string): string {
  const lines = [`# HELP ${name} ${escapeHelp(help ?? name.replaceAll('_', ' '))}`, `# TYPE ${name} ${kind}`];
  for (const [key, { labels, value, count, buckets: counts }] of series) {
    if (kind !== 'histogram') {
      lines.push(`${name}${key} ${formatNumber(value)}`);
      continue;
    }
    for (const [index, bound] of buckets.entries()) {
      lines.push(`${name}_bucket${formatLabels({ ...labels, le: formatNumber(bound) })} ${counts[index]}`);
    }
    lines.push(`${name}_bucket${formatLabels({ ...labels, le: '+Inf' })} ${count}`);
    lines.push(`${name}_sum${key} ${formatNumber(value)}`, `${name}_count${key} ${count}`);
  }
  return `${lines.join('\n')}\n`;
}

function formatLabels(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) throw invalidArgument('labels', 'Prometheus label names', name);
    return `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
  });
  return parts.length === 0 ? '' : `{${parts.sort().join(',')}}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return String(value);
}
