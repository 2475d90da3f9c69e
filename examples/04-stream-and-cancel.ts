/** Follows a command's output while it runs, then cancels it, and every process below it, with one AbortSignal. */
import assert from 'node:assert/strict';
import { LocalDeployment, RexError } from 'hrm-rex';

await using box = await new LocalDeployment().start();
const cancel = new AbortController();
const counter = await box.runtime.spawn('i=0; while :; do i=$((i + 1)); echo "line $i"; sleep 0.05; done', {
  signal: cancel.signal,
});

let text = '';
for await (const event of counter) {
  if (event.type === 'output') text += Buffer.from(event.data).toString();
  if (text.includes('line 3')) cancel.abort();
}

const outcome = await counter.result().catch((error: unknown) => error);
console.log(`read ${text.split('\n').length - 1} lines, then: ${counter.exit?.reason}`);
assert.ok(RexError.is(outcome, 'COMMAND_ABORTED'));
assert.ok(outcome.context.output.startsWith('line 1\nline 2\nline 3\n'));
