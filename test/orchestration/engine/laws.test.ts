import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatRunState,
  type Journal,
  type JournalEvent,
  memoryJournal,
  type NodeState,
  type Run,
  type RunEvent,
  readRunState,
  recover,
  run,
} from 'hrm-rex/orchestration';
import { VirtualClock } from '../../../src/testing/virtual-clock.ts';
import {
  conditions,
  drive,
  type Execution,
  type ScriptedGraph,
  scriptedGraph,
  scriptedHandlers,
  toGraph,
} from './scripted.ts';

const final: readonly NodeState[] = ['done', 'failed', 'skipped', 'cancelled'];

interface Played {
  readonly result: Awaited<ReturnType<typeof drive>>;
  readonly events: RunEvent[];
  readonly log: Execution[];
  readonly run: Run;
  readonly journal: Journal;
}

async function play(graph: ScriptedGraph): Promise<Played> {
  const clock = new VirtualClock(1_000);
  const journal = memoryJournal({ clock });
  const log: Execution[] = [];
  const started = run(toGraph(graph), {
    runId: 'run',
    journal,
    clock,
    conditions,
    handlers: scriptedHandlers(log),
    seed: 'seed',
  });
  const result = await drive(started, clock);
  const events: RunEvent[] = [];
  for await (const event of started) events.push(event);
  return { result, events, log, run: started, journal };
}

test('every node reaches exactly one final state, and starts only after its dependencies', async () => {
  await fc.assert(
    fc.asyncProperty(scriptedGraph(), async (graph) => {
      const { events, run: played } = await play(graph);
      for (const [path, state] of Object.entries(played.states()))
        assert.ok(final.includes(state), `${path}: ${state}`);
      const ended = new Map<string, string>();
      const dependsOn = new Map<string, readonly string[]>();
      for (const event of events) {
        if (event.type === 'run.started' || event.type === 'node.expanded') {
          for (const node of event.data.nodes) dependsOn.set(node.path, node.dependsOn);
        }
        if (event.node === undefined) continue;
        if (event.type === 'node.started') {
          for (const path of dependsOn.get(event.node) ?? [])
            assert.ok(ended.has(path), `${event.node} before ${path}`);
        }
        const state = event.type.slice('node.'.length);
        if (!final.includes(state as NodeState)) continue;
        assert.equal(ended.get(event.node), undefined, `${event.node} ends twice`);
        ended.set(event.node, state);
      }
    }),
    { numRuns: 150 },
  );
});

test('the journal alone gives the state, with and without snapshots', async () => {
  await fc.assert(
    fc.asyncProperty(scriptedGraph(), fc.nat(), async (graph, at) => {
      const { journal } = await play(graph);
      const events = await read(journal);
      const whole = await readRunState(await journalOf(events), 'run');
      const split = 1 + (at % events.length);
      const resumed = await journalOf(events.slice(0, split));
      const half = await readRunState(resumed, 'run');
      await resumed.snapshot('run', formatRunState(half ?? assert.fail()));
      await resumed.append('run', events.slice(split));
      const rebuilt = await readRunState(resumed, 'run');
      assert.deepEqual(plain(rebuilt), plain(whole));
    }),
    { numRuns: 60 },
  );
});

test('after a crash at any event nothing done is done again, what executed keeps its key, and the result is the same', async () => {
  await fc.assert(
    fc.asyncProperty(scriptedGraph(1), async (graph) => {
      const { journal, result } = await play(graph);
      const events = await read(journal);
      for (let length = 1; length <= events.length; length++) {
        await crashAfter(events.slice(0, length), result);
      }
    }),
    { numRuns: 60 },
  );
});

test('crash points of deeper graphs', async () => {
  await fc.assert(
    fc.asyncProperty(scriptedGraph(2), fc.array(fc.nat(), { minLength: 4, maxLength: 4 }), async (graph, points) => {
      const { journal, result } = await play(graph);
      const events = await read(journal);
      for (const point of points) await crashAfter(events.slice(0, 1 + (point % events.length)), result);
    }),
    { numRuns: 60 },
  );
});

async function crashAfter(prefix: readonly JournalEvent[], expected: Played['result']): Promise<void> {
  const clock = new VirtualClock(5_000);
  const journal = await journalOf(prefix);
  const log: Execution[] = [];
  const recovered = await recover('run', { journal, clock, conditions, handlers: scriptedHandlers(log) });
  const result = await drive(recovered, clock);
  assert.deepEqual(result, expected);
  const isDone = new Set(prefix.flatMap(({ type, node }) => (type === 'node.done' && node ? [node] : [])));
  for (const { node } of log) assert.ok(!isDone.has(node), `${node} was done and is executed again`);
  for (const [node, { key, now }] of inFlight(prefix)) {
    const again = log.find((execution) => execution.node === node);
    if (!again) continue;
    assert.equal(again.key, key);
    if (now !== undefined) assert.equal(again.now, now, 'the repeated execution reads the same time');
  }
  for (const [path, state] of Object.entries(recovered.states())) assert.ok(final.includes(state), `${path}: ${state}`);
}

/** Nodes that executed at the end of the events, with their keys and the first time that they read. */
function inFlight(events: readonly JournalEvent[]): Map<string, { key: string; now: number | undefined }> {
  const found = new Map<string, { key: string; now: number | undefined }>();
  const rounds = new Map<string, number>();
  for (const { type, node, data } of events) {
    if (node === undefined) continue;
    if (type === 'node.expanded') rounds.set(node, (rounds.get(node) ?? 0) + 1);
    if (type === 'node.started') {
      const { attempt, phase } = data as { attempt: number; phase: string };
      const suffix = phase === 'join' ? `.join${rounds.get(node)}` : '';
      found.set(node, { key: `run/${node}#${attempt}${suffix}`, now: undefined });
    } else if (type === 'node.value') {
      const known = found.get(node);
      if (known) known.now ??= (data as { value: number }).value;
    } else if (type !== 'node.step' && type !== 'node.note') found.delete(node);
  }
  return found;
}

async function read(journal: Journal): Promise<JournalEvent[]> {
  const events: JournalEvent[] = [];
  for await (const { sequence: _, ...event } of journal.read('run')) events.push(event);
  return events;
}

async function journalOf(events: readonly JournalEvent[]): Promise<Journal> {
  const journal = memoryJournal();
  await journal.append('run', events);
  return journal;
}

function plain(state: Parameters<typeof formatRunState>[0] | undefined): unknown {
  return JSON.parse(JSON.stringify(formatRunState(state ?? assert.fail())));
}
