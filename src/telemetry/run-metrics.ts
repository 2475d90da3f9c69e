import type { JournalEvent } from '../orchestration/journal/journal.ts';
import type { EventSource } from './event-source.ts';
import { type Execution, ExecutionReader } from './execution.ts';
import { type Metrics, metrics } from './metrics.ts';

/** What each metric of runs means. */
export const runMetricHelp: Readonly<Record<string, string>> = {
  hrm_rex_runs_total: 'Runs by their end.',
  hrm_rex_tasks_total: 'Tasks that are over, by agent and end.',
  hrm_rex_task_duration_seconds: 'Time of one execution of a handler.',
  hrm_rex_retries_total: 'Executions beyond the first, by agent.',
  hrm_rex_escalations_total: 'Failures that somebody had to decide about.',
  hrm_rex_human_requests_total: 'Questions to people, by kind.',
  hrm_rex_handoffs_total: 'Tasks that an agent handed to another.',
  hrm_rex_replans_total: 'Plans made anew after a failure.',
  hrm_rex_recoveries_total: 'Runs taken up again after their process ended.',
  hrm_rex_tokens_total: 'Tokens spent, by agent and direction.',
  hrm_rex_cost_usd_total: 'Money spent, by agent.',
  hrm_rex_active_agents: 'Handlers that execute.',
};

/** Counts what the events of runs tell; give it every event once. */
export class RunMetrics {
  readonly metrics: Metrics;
  readonly #executions = new ExecutionReader();
  #active = 0;

  /** Counts into `metrics` (default: a fresh set). */
  constructor(into: Metrics = metrics({ help: runMetricHelp })) {
    this.metrics = into;
  }

  /** Takes events until they end. */
  async follow(events: EventSource): Promise<Metrics> {
    for await (const event of events) this.observe(event);
    return this.metrics;
  }

  /** Takes one event. */
  observe(event: JournalEvent): void {
    const { type, agent = '', data } = event;
    const ended = this.#executions.observe(event);
    if (type === 'node.started') {
      if (ended?.outcome !== 'lost') this.#setActive(this.#active + 1);
      if ((data as { attempt: number }).attempt > 1) this.metrics.count('hrm_rex_retries_total', 1, { agent });
    }
    if (ended) this.#countExecution(ended);
    const name = counters[type];
    if (name) this.metrics.count(name);
    if (type === 'node.note' && (data as { name: string }).name === 'retry') {
      this.metrics.count('hrm_rex_retries_total', 1, { agent });
    }
    if (type === 'node.waiting') this.#countRequest(data as { for: string; escalated?: unknown });
    const end = /^run\.(done|failed|cancelled)$/.exec(type)?.[1];
    if (end) this.metrics.count('hrm_rex_runs_total', 1, { end });
  }

  #countExecution(ended: Execution): void {
    const { agent, outcome, tokensIn, tokensOut, usd } = ended;
    if (outcome !== 'lost') this.#setActive(this.#active - 1);
    if (outcome === 'done' || outcome === 'failed' || outcome === 'cancelled') {
      this.metrics.count('hrm_rex_tasks_total', 1, { agent, end: outcome });
    }
    this.metrics.observe('hrm_rex_task_duration_seconds', (ended.endedAt - ended.startedAt) / 1_000, { agent });
    if (tokensIn > 0) this.metrics.count('hrm_rex_tokens_total', tokensIn, { agent, direction: 'in' });
    if (tokensOut > 0) this.metrics.count('hrm_rex_tokens_total', tokensOut, { agent, direction: 'out' });
    if (usd > 0) this.metrics.count('hrm_rex_cost_usd_total', usd, { agent });
  }

  #countRequest({ for: kind, escalated }: { for: string; escalated?: unknown }): void {
    if (escalated) this.metrics.count('hrm_rex_escalations_total');
    if (kind !== 'time' && kind !== 'event') this.metrics.count('hrm_rex_human_requests_total', 1, { for: kind });
  }

  #setActive(active: number): void {
    this.#active = active;
    this.metrics.gauge('hrm_rex_active_agents', active);
  }
}

const counters: Readonly<Record<string, string>> = {
  'node.handed-off': 'hrm_rex_handoffs_total',
  'node.replanned': 'hrm_rex_replans_total',
  'run.recovered': 'hrm_rex_recoveries_total',
};
