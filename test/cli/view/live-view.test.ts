import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import type { RunEvent } from 'hrm-rex/orchestration';
import { wrap } from '../../../src/cli/view/draw-run.ts';
import { LiveView } from '../../../src/cli/view/live-view.ts';

/** A terminal that keeps what is written to it. */
class Terminal extends EventEmitter {
  readonly isTTY = true;
  columns = 80;
  readonly rows = 24;
  written = '';

  write(text: string): boolean {
    this.written += text;
    return true;
  }

  /** What was written since it was asked the last time. */
  take(): string {
    const { written } = this;
    this.written = '';
    return written;
  }
}

const skip = process.env.CI || process.env.TERM === 'dumb' ? 'here nothing is drawn' : false;

function open(): { terminal: Terminal; view: LiveView } {
  const terminal = new Terminal();
  const group = (nodes: readonly { readonly id: string }[]) => [
    { name: 'all', nodes: nodes.map((node) => ({ node, label: node.id })) as never },
  ];
  return { terminal, view: new LiveView({ group, out: terminal as unknown as WriteStream }) };
}

test('the cursor is hidden while a run is shown, and back at its end; nothing listens any more', { skip }, () => {
  const { terminal, view } = open();
  const before = process.listenerCount('exit');
  assert.equal(terminal.take(), '\x1b[?25l');
  view[Symbol.dispose]();
  view[Symbol.dispose]();
  assert.ok(terminal.take().endsWith('\x1b[?25h'));
  assert.deepEqual([terminal.listenerCount('resize'), process.listenerCount('exit')], [0, before - 1]);
});

test('a terminal of another width begins with an empty screen', { skip }, () => {
  const { terminal, view } = open();
  using _shown = view;
  terminal.columns = 40;
  terminal.take();
  terminal.emit('resize');
  const picture = terminal.take();
  assert.ok(picture.startsWith('\x1b[2J\x1b[H\x1b[2K'), JSON.stringify(picture.slice(0, 40)));
  const lines = stripVTControlCharacters(picture).split('\n');
  assert.equal(
    lines.every(({ length }) => length <= 40),
    true,
  );
});

test('the line that somebody types is drawn over, and an answer is told in words', { skip }, () => {
  const { terminal, view } = open();
  terminal.emit('resize');
  const rows = terminal.take().split('\n').length - 1;
  view.takeTyped();
  const nodes = [{ path: 'ship', id: 'ship', task: { id: 'ship', goal: 'ship', depth: 0 }, use: 'x', dependsOn: [] }];
  const event = { run: 'r', at: 1_000 };
  view.observe({ ...event, type: 'run.started', data: { nodes } } as unknown as RunEvent);
  const answered = { ticket: 'ship:1', answer: { approved: false, by: 'me' }, by: 'answer' };
  view.observe({ ...event, type: 'node.answered', node: 'ship', data: answered } as unknown as RunEvent);
  view[Symbol.dispose]();
  const picture = terminal.take();
  assert.ok(picture.startsWith(`\x1b[${rows + 1}A`), JSON.stringify(picture.slice(0, 20)));
  assert.match(picture, /ship was denied by me/);
});

test('long lines are broken between words, and words alone are left whole', () => {
  assert.deepEqual(wrap('  one two three four', 12), ['  one two', '    three', '    four']);
  assert.deepEqual(wrap('short', 12), ['short']);
  assert.deepEqual(wrap('averyveryverylongword', 12), ['averyveryverylongword']);
});
