import type { JournalEvent } from '../orchestration/journal/journal.ts';
import type { EventSource } from './event-source.ts';
import { type Execution, ExecutionReader } from './execution.ts';

/** What is needed of a span of `@opentelemetry/api`. */
export interface SpanLike {
  setStatus(status: { code: number; message?: string }): unknown;
  end(endTime?: number): void;
}

/** What is needed of a tracer of `@opentelemetry/api`; `Context` is its context type. */
export interface TracerLike<Span extends SpanLike, Context> {
  startSpan(
    name: string,
    options: { startTime: number; attributes: Record<string, string | number> },
    context?: Context,
  ): Span;
}

/** Where spans go. */
export interface SpanOptions<Span extends SpanLike, Context> {
  readonly tracer: TracerLike<Span, Context>;
  /** The context under a span: `(span) => trace.setSpan(context.active(), span)`. */
  readonly contextOf: (span: Span) => Context;
}

const STATUS_ERROR = 2;

/**
 * Writes the runs in some events as OpenTelemetry spans: one for each run, one below it for each execution, with the
 * attributes of the GenAI conventions (`invoke_agent`). Needs no package: the tracer is the caller's.
 */
export async function recordSpans<Span extends SpanLike, Context>(
  events: EventSource,
  { tracer, contextOf }: SpanOptions<Span, Context>,
): Promise<number> {
  const reader = new ExecutionReader();
  const runs = new Map<string, Span>();
  let written = 0;
  for await (const event of events) {
    const { type, run = '', at } = event;
    if (type === 'run.started') {
      const attributes = { 'gen_ai.operation.name': 'invoke_workflow', 'gen_ai.conversation.id': run };
      runs.set(run, tracer.startSpan(`run ${run}`, { startTime: at, attributes }));
      written += 1;
    }
    const parent = runs.get(run);
    const ended = reader.observe(event);
    if (ended) {
      writeExecution(tracer, ended, event, parent && contextOf(parent));
      written += 1;
    }
    if (!parent || !/^run\.(done|failed|cancelled)$/.test(type)) continue;
    if (type !== 'run.done') parent.setStatus({ code: STATUS_ERROR, message: type.slice('run.'.length) });
    parent.end(at);
    runs.delete(run);
  }
  for (const span of runs.values()) span.end();
  return written;
}

function writeExecution<Span extends SpanLike, Context>(
  tracer: TracerLike<Span, Context>,
  ended: Execution,
  { data }: JournalEvent,
  context: Context | undefined,
): void {
  const attributes = {
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.name': ended.agent,
    'gen_ai.conversation.id': ended.run,
    'gen_ai.usage.input_tokens': ended.tokensIn,
    'gen_ai.usage.output_tokens': ended.tokensOut,
    'hrm_rex.node': ended.node,
    'hrm_rex.phase': ended.phase,
    'hrm_rex.outcome': ended.outcome,
    'hrm_rex.cost_usd': ended.usd,
    ...(ended.taskType === '' ? {} : { 'hrm_rex.task_type': ended.taskType }),
  };
  const span = tracer.startSpan(`invoke_agent ${ended.agent}`, { startTime: ended.startedAt, attributes }, context);
  if (ended.outcome === 'failed') {
    const { code, message } = (data as { error: { code: string; message: string } }).error;
    span.setStatus({ code: STATUS_ERROR, message: `${code}: ${message}` });
  }
  span.end(ended.endedAt);
}
