import fc from 'fast-check';
import {
  done,
  type FailurePolicy,
  fail,
  type GraphSpec,
  type Handler,
  type Json,
  type NodeSpec,
  type Run,
} from 'hrm-rex/orchestration';
import type { VirtualClock } from '../../../src/testing/virtual-clock.ts';

/** What a scripted node does, in turn; the last line ends it. */
export type Line =
  | { readonly do: 'suspend' | 'ask' | 'pause' | 'step' | 'handoff' }
  | { readonly do: 'done' | 'fail' }
  | { readonly do: 'expand'; readonly graph: ScriptedGraph; readonly join: 'all' | 'last' | 'join' };

export interface ScriptedNode {
  readonly lines: readonly Line[];
  readonly dependsOn: readonly number[];
  readonly onFail: FailurePolicy;
  readonly when: 'odd' | undefined;
}

export type ScriptedGraph = readonly ScriptedNode[];

/** Executions seen, in order. */
export interface Execution {
  readonly node: string;
  readonly key: string;
  readonly now: number;
  readonly random: number;
}

/** Handlers that follow scripts and log every execution. */
export function scriptedHandlers(log: Execution[]): Record<string, Handler> {
  const act: Handler = async (task, context) => {
    const { lines } = task.input as unknown as { lines: Line[] };
    log.push({ node: context.node, key: context.idempotencyKey, now: context.now(), random: context.random() });
    if (context.replan) return done('planned again');
    // After a handoff, the snapshot is gone: the successor takes the line after it.
    const handedOff = lines.findIndex((line) => line.do === 'handoff');
    const first = context.attempt > 1 ? handedOff + 1 : 0;
    for (let index = typeof context.snapshot === 'number' ? context.snapshot : first; ; index++) {
      const line = lines[index] as Line;
      if (line.do === 'step') await context.step(`${index}`, () => index);
      else if (line.do === 'suspend') return { kind: 'suspend', snapshot: index + 1 };
      else if (line.do === 'ask') return { kind: 'wait', for: 'input', request: 'go on?', snapshot: index + 1 };
      else if (line.do === 'pause') {
        return { kind: 'wait', for: 'time', request: null, timeoutMs: 1_000, snapshot: index + 1 };
      } else if (line.do === 'handoff') return { kind: 'handoff', to: 'act', context: 'full' };
      else if (line.do === 'expand') return { kind: 'expand', graph: toGraph(line.graph), join: line.join };
      else if (line.do === 'fail') return fail('SCRIPTED', 'as scripted');
      else return done({ node: context.node, inputs: context.inputs, failed: Object.keys(context.failures) });
    }
  };
  const join: Handler = async (_task, context) => {
    log.push({ node: context.node, key: context.idempotencyKey, now: context.now(), random: context.random() });
    return done({ joined: context.inputs, failed: Object.keys(context.failures) });
  };
  return { act, join };
}

export const conditions = {
  odd: (inputs: Readonly<Record<string, Json>>): boolean => Object.keys(inputs).length % 2 === 1,
};

export function toGraph(graph: ScriptedGraph): GraphSpec {
  return { nodes: graph.map(toNode) };
}

function toNode({ lines, dependsOn, onFail, when }: ScriptedNode, index: number): NodeSpec {
  const task = { goal: `node ${index}`, input: { lines } as unknown as Json };
  const on = dependsOn.filter((other) => other < index).map((other) => `n${other}`);
  return { id: `n${index}`, task, use: 'act', dependsOn: [...new Set(on)], onFail, when };
}

/** Answers what is asked and moves the clock until the run is over. */
export async function drive(run: Run<Json>, clock: VirtualClock): Promise<{ output?: Json; code?: string }> {
  let result: { output?: Json; code?: string } | undefined;
  run.result.then(
    (output) => {
      result = { output };
    },
    (error: { code: string }) => {
      result = { code: error.code };
    },
  );
  for (let turn = 0; !result; turn++) {
    if (turn > 20_000) throw new Error(`the run hangs: ${JSON.stringify(run.states())}`);
    await clock.advance(0);
    const asked = run.tickets().filter((ticket) => ticket.for !== 'time');
    for (const { ticket, escalated } of asked) {
      await run.answer(ticket, escalated ? { action: 'done', output: 'by hand' } : 'yes').catch(() => {});
    }
    if (asked.length === 0) await clock.advance(100);
  }
  return result;
}

/** Graphs of up to six nodes, three levels deep. In one graph, failures that end it all do so in the same way. */
export function scriptedGraph(depth = 2): fc.Arbitrary<ScriptedGraph> {
  const small = fc.constantFrom<Line>(...(['suspend', 'ask', 'pause', 'step'] as const).map((name) => ({ do: name })));
  const end = fc.oneof(
    { weight: 6, arbitrary: fc.constant<Line>({ do: 'done' }) },
    { weight: 2, arbitrary: fc.constant<Line>({ do: 'fail' }) },
    ...(depth > 0
      ? [
          {
            weight: 3,
            arbitrary: fc.record({
              do: fc.constant<'expand'>('expand'),
              graph: fc.constant(undefined).chain(() => scriptedGraph(depth - 1)),
              join: fc.constantFrom<'all' | 'last' | 'join'>('all', 'last', 'join'),
            }) as fc.Arbitrary<Line>,
          },
        ]
      : []),
  );
  const lines = fc
    .tuple(fc.array(small, { maxLength: 2 }), fc.boolean(), end)
    .map(([before, isHandedOff, last]): Line[] => [
      ...before,
      ...(isHandedOff ? [{ do: 'handoff' as const }] : []),
      last,
    ]);
  return fc.constantFrom<FailurePolicy>('fail', 'replan', 'escalate').chain((hard) =>
    fc.array(
      fc.record({
        lines,
        dependsOn: fc.array(fc.nat(5), { maxLength: 2 }),
        onFail: fc.constantFrom<FailurePolicy>(hard, 'skip', 'continue'),
        when: fc.oneof(
          { weight: 5, arbitrary: fc.constant(undefined) },
          { weight: 1, arbitrary: fc.constant('odd' as const) },
        ),
      }),
      { minLength: 1, maxLength: depth === 2 ? 6 : 3 },
    ),
  );
}
