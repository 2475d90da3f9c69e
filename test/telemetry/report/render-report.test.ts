import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { done, fail, memoryJournal, run } from 'hrm-rex/orchestration';
import { readTimeline, renderReport, type Timeline } from 'hrm-rex/telemetry';
import { layoutGraph } from '../../../src/telemetry/report/html/layout-graph.ts';
import { formatDuration } from '../../../src/telemetry/report/html/markup.ts';

const attack = `</script><script>alert(1)</script><img src=x onerror="alert(2)">' onmouseover='alert(3)\u0000`;

/** A run in which every text that a user or a program decides is hostile. */
async function hostileRun(): Promise<Timeline> {
  const journal = memoryJournal();
  const id = attack.replaceAll('/', '|').replaceAll('~', '');
  const nodes = [
    { id, task: { goal: attack, type: attack }, use: attack, onFail: 'continue' as const },
    { id: 'bad', task: { goal: 'fails' }, onFail: 'continue' as const, dependsOn: [id] },
  ];
  const handlers = {
    [attack]: async (_task: unknown, context: { note(name: string, data: string): void }) => {
      context.note(attack, attack);
      return done({ [attack]: attack });
    },
    fails: async () => fail(attack, attack),
  };
  await run({ nodes }, { runId: 'hostile', journal, handlers, use: 'fails' }).result;
  return await readTimeline(journal, 'hostile');
}

/** The names of all elements and of all their attributes; fails for tags that do not close in order. */
function inventory(html: string): { elements: string[]; attributes: string[] } {
  const elements: string[] = [];
  const attributes: string[] = [];
  const open: string[] = [];
  const markup = html.replace(/<(script|style)>[\s\S]*?<\/\1>/g, '<$1></$1>').replace('<!doctype html>', '');
  const isVoid = /^(meta|input|br)$/;
  for (const [whole, close, name = '', rest = ''] of markup.matchAll(
    /<(\/?)([a-z][a-z0-9]*)((?:[^<>"]|"[^"<>]*")*)>/gi,
  )) {
    if (close) {
      assert.equal(open.pop(), name, `${whole} closes another element`);
      continue;
    }
    elements.push(name);
    if (!isVoid.test(name) && !rest.endsWith('/')) open.push(name);
    for (const [, attribute = ''] of rest.replace(/"[^"]*"/g, '""').matchAll(/\s([a-zA-Z-]+)(?:=|(?=[\s/]|$))/g))
      attributes.push(attribute);
  }
  assert.deepEqual(open, []);
  return { elements, attributes };
}

test('nothing that comes from a run becomes markup', async () => {
  const html = renderReport(await hostileRun(), { title: attack, summary: attack, figures: { [attack]: attack } });
  const { elements, attributes } = inventory(html);
  assert.equal(elements.filter((name) => name === 'script').length, 1);
  assert.equal(elements.includes('img'), false);
  assert.equal(
    attributes.some((name) => name.startsWith('on')),
    false,
  );
  assert.equal(html.includes('\u0000'), false);
  assert.equal(html.includes('alert(1)'), true, 'the text itself is shown');
});

test('any text is shown as text', async () => {
  const timeline = await hostileRun();
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (title) => {
      const { elements } = inventory(renderReport(timeline, { title }));
      assert.equal(elements.filter((name) => name === 'h1').length, 1);
    }),
    { numRuns: 60 },
  );
});

test('a report needs nothing but itself', async () => {
  const html = renderReport(await hostileRun());
  assert.equal(/\b(?:src|href|action)="(?!#)/.test(html), false);
  assert.equal(/@import|url\(|fetch\(|XMLHttpRequest|https?:/.test(html), false);
  assert.match(html, /Content-Security-Policy" content="default-src 'none'/);
});

test('every node is in the timeline, in the graph and in the logs, and the links lead to its log', async () => {
  const timeline = await hostileRun();
  const html = renderReport(timeline);
  for (const index of timeline.nodes.keys()) {
    assert.equal(html.split(`id="log-${index}"`).length, 2);
    assert.equal(html.split(`href="#log-${index}"`).length, 3);
  }
});

test('in the drawing every node stands to the right of what it comes after, and none on another', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 60 }), async (shape) => {
      const nodes = shape.map((before, index) => ({
        id: `n${index}`,
        task: { goal: 'work' },
        dependsOn: index === 0 ? [] : [...new Set(before.map((each) => `n${each % index}`))],
      }));
      const journal = memoryJournal();
      await run({ nodes }, { runId: 'run', journal, use: async () => done(null) }).result;
      const { nodes: placed, edges } = layoutGraph((await readTimeline(journal, 'run')).nodes);
      for (const { from, to } of edges) assert.ok((placed[from]?.x ?? 0) < (placed[to]?.x ?? 0));
      assert.equal(new Set(placed.map(({ x, y }) => `${x} ${y}`)).size, nodes.length);
    }),
    { numRuns: 40 },
  );
});

test('durations as people say them', () => {
  const told = [0, 340, 999.6, 4_200, 59_940, 59_960, 200_000, 3_600_000].map(formatDuration);
  assert.deepEqual(told, ['0 ms', '340 ms', '1.0 s', '4.2 s', '59.9 s', '1 min 0 s', '3 min 20 s', '1 h 0 min']);
});
