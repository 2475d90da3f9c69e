/*
 * A client of the SDK that starts everything there is and then dies, the way its argument says, without closing.
 * Prints `ready` when all of it runs.
 */
import { LocalRuntime } from '../../../src/sandbox/runtime/local-runtime.ts';

const ways: Readonly<Record<string, () => void>> = {
  wait: () => setInterval(() => {}, 1_000_000),
  exit: () => process.exit(3),
  throw: () => {
    throw new Error('on purpose');
  },
  abort: () => process.abort(),
};

const runtime = new LocalRuntime();
const daemon = 'setsid sleep 1000 & (nohup sleep 1000 >/dev/null 2>&1 &)';
const handle = await runtime.spawn(`${daemon}; echo up; trap '' TERM HUP; while :; do sleep 1000; done`);
await handle.waitFor('up');
const unfinished = runtime.execute(`${daemon}; sleep 1000`);
for (const pty of [false, true]) {
  const session = await runtime.createSession({ session: `s${pty}`, loadRc: false, pty });
  await session.run('setsid -f sleep 1000; nohup sleep 1000 >/dev/null 2>&1 &');
  await session.run('echo up; sh -c \'trap "" INT TERM HUP; while :; do sleep 1000; done\'', { expect: 'up' });
}
unfinished.catch(() => {});
process.stdout.write('ready\n', () => ways[process.argv[2] ?? '']?.());
