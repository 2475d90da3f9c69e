/** Bounds of the histogram, in seconds. */
const bounds = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 600];

interface Series {
  readonly buckets: number[];
  count: number;
  sum: number;
}

/** A number that is read when somebody asks. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly read: () => number;
}

/** Counts requests and their durations, and writes everything in the text format of Prometheus. */
export class ServerMetrics {
  readonly #requests = new Map<string, number>();
  readonly #durations = new Map<string, Series>();
  readonly #startedAt = performance.now();
  #inFlight = 0;

  /** Time since the start in milliseconds. */
  get uptimeMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** Requests that are not answered yet. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Counts a request of a route; the returned function takes the status of its answer. */
  begin(): (route: string, status: number) => void {
    const startedAt = performance.now();
    this.#inFlight++;
    return (route, status) => {
      this.#inFlight--;
      const key = `route="${route}",status="${status}"`;
      this.#requests.set(key, (this.#requests.get(key) ?? 0) + 1);
      this.#observe(route, (performance.now() - startedAt) / 1000);
    };
  }

  /** The exposition, with the given gauges. */
  text(gauges: readonly Gauge[]): string {
    const lines = [...head('hrm_rex_requests_total', 'counter', 'Requests answered, by route and status.')];
    for (const [key, count] of this.#requests) lines.push(`hrm_rex_requests_total{${key}} ${count}`);
    lines.push(...head('hrm_rex_request_seconds', 'histogram', 'Time until the answer was out, by route.'));
    for (const [route, series] of this.#durations) lines.push(...histogram(route, series));
    for (const { name, help, read } of gauges) lines.push(...head(name, 'gauge', help), `${name} ${read()}`);
    return `${lines.join('\n')}\n`;
  }

  #observe(route: string, seconds: number): void {
    let series = this.#durations.get(route);
    if (series === undefined) {
      series = { buckets: bounds.map(() => 0), count: 0, sum: 0 };
      this.#durations.set(route, series);
    }
    for (const [index, bound] of bounds.entries())
      if (seconds <= bound) series.buckets[index] = (series.buckets[index] ?? 0) + 1;
    series.count++;
    series.sum += seconds;
  }
}

function head(name: string, type: string, help: string): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function histogram(route: string, { buckets, count, sum }: Series): readonly string[] {
  const name = 'hrm_rex_request_seconds';
  const lines = bounds.map((bound, index) => `${name}_bucket{route="${route}",le="${bound}"} ${buckets[index]}`);
  lines.push(`${name}_bucket{route="${route}",le="+Inf"} ${count}`);
  return [...lines, `${name}_sum{route="${route}"} ${sum}`, `${name}_count{route="${route}"} ${count}`];
}
