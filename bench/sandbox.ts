/** Speed and memory of the sandbox room: `npm run bench -- sandbox [--json FILE]`. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalRuntime, RemoteRuntime, type Session } from '../src/sandbox/index.ts';
import { startOnTerminal } from '../src/sandbox/process/child.ts';
import { serve } from '../src/sandbox/server/index.ts';
import { median, once, paired, quantile, type Row, report, times } from './measure.ts';

const rows: Row[] = [];
const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: '/nonexistent', LANG: 'C.UTF-8' };
const cwd = await mkdtemp(join(tmpdir(), 'hrm-rex-bench-'));

await using runtime = new LocalRuntime({ cwd, env });
await commands();
await starts();
await manySessions();
await executes();
await bigOutput();
await overHttp();
await imports();
await rm(cwd, { recursive: true, force: true });
report('sandbox', rows);

/** `echo hi` in a session, against the same line typed into a bare bash on a terminal. */
async function commands(): Promise<void> {
  const bare = await bareTerminal();
  for (const pty of [false, true]) {
    await using session = await runtime.createSession({ session: `echo-${pty}`, pty });
    const [ours, theirs] = await paired(
      300,
      () => session.run('echo hi'),
      () => bare.echo(),
    );
    rows.push({
      what: `session.run('echo hi'), local, ${pty ? 'terminal' : 'pipes'}, median`,
      value: median(ours),
      unit: 'ms',
      reference: median(theirs),
      against: 'bare pty round trip',
      target: { most: 1, ratio: 3 },
    });
    rows.push({ what: '– 95th percentile', value: quantile(ours, 0.95), unit: 'ms' });
  }
  await bare.end();
}

async function starts(): Promise<void> {
  let count = 0;
  const found = await times(40, async () => {
    const session = await runtime.createSession({ session: `start-${count++}` });
    await session.close();
  });
  const creation = await times(20, async () => {
    await runtime.createSession({ session: `kept-${count++}` });
  });
  await Promise.all((await runtime.sessions()).map((name) => runtime.closeSession(name)));
  rows.push({
    what: 'createSession, local, no rc file, median',
    value: median(creation),
    unit: 'ms',
    target: { most: 25 },
  });
  rows.push({ what: 'createSession and close, median', value: median(found), unit: 'ms' });
}

async function manySessions(): Promise<void> {
  for (const [count, most] of [
    [30, 1000],
    [250, undefined],
  ] as const) {
    let sessions: Session[] = [];
    const total = await once(async () => {
      sessions = await Promise.all(
        Array.from({ length: count }, (_, index) => runtime.createSession({ session: `s${index}` })),
      );
      const found = await Promise.all(sessions.map((session, index) => session.run(`sleep 0.1; echo ${index}`)));
      if (found.some(({ output }, index) => output !== `${index}\n`)) throw new Error('a session answered wrongly');
    });
    const closing = await once(() => Promise.all(sessions.map((session) => session.close())));
    rows.push({
      what: `${count} sessions created at once, then sleep 0.1; echo in all`,
      value: total,
      unit: 'ms',
      ...(most === undefined ? {} : { target: { most } }),
    });
    rows.push({ what: `– closing all ${count}`, value: closing, unit: 'ms' });
  }
}

async function executes(): Promise<void> {
  const [ours, theirs] = await paired(200, () => runtime.execute(['true']), bareSpawn);
  rows.push({
    what: "execute(['true']), median",
    value: median(ours),
    unit: 'ms',
    reference: median(theirs),
    against: 'child_process.spawn',
    target: { ratio: 1.5 },
  });
}

async function bigOutput(): Promise<void> {
  for (const pty of [false, true]) await printMuch(pty);
}

async function printMuch(pty: boolean): Promise<void> {
  await using session = await runtime.createSession({ session: `big-${pty}`, pty });
  const bytes = 50_000_000;
  const command = `head -c ${bytes} /dev/zero | tr '\\0' x`;
  const keep = 1024 * 1024;
  for (let warm = 0; warm < 2; warm++) await session.run(command, { maxOutputBytes: keep });
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 5);
  const found = await times(5, async () => {
    const { outputBytes } = await session.run(command, { maxOutputBytes: keep });
    if (outputBytes !== bytes) throw new Error(`${outputBytes} bytes arrived`);
  });
  clearInterval(watch);
  const bare = await times(5, () => bareSpawn('sh', ['-c', command]));
  rows.push({
    what: `a command that prints 50 MB in a session, ${pty ? 'terminal' : 'pipes'}`,
    value: bytes / 1e3 / median(found),
    unit: 'MB/s',
    reference: bytes / 1e3 / median(bare),
    against: 'child_process.spawn, output thrown away',
    target: { least: 50 },
  });
  rows.push({ what: '– growth of memory meanwhile, maxOutputBytes 1 MiB', value: (peak - before) / 1e6, unit: 'MB' });
}

async function overHttp(): Promise<void> {
  await using server = await serve(new LocalRuntime({ cwd, env }), { token: 'bench' });
  await using remote = new RemoteRuntime({ url: server.url, token: 'bench' });
  await using session = await remote.createSession();
  const found = await times(300, () => session.run('echo hi'));
  rows.push({
    what: "session.run('echo hi') over HTTP loopback, median",
    value: median(found),
    unit: 'ms',
    target: { most: 3 },
  });
  rows.push({ what: '– 95th percentile', value: quantile(found, 0.95), unit: 'ms' });
  const tree = join(cwd, 'tree');
  for (let folder = 0; folder < 40; folder++) {
    await mkdir(join(tree, `${folder}`), { recursive: true });
    for (let file = 0; file < 50; file++)
      await writeFile(join(tree, `${folder}`, `${file}.txt`), `file ${file}\n`.repeat(20));
  }
  let copy = 0;
  const uploads = await times(3, () => remote.upload(tree, join(cwd, `copy${copy++}`)));
  rows.push({
    what: 'upload of 2,000 small files over HTTP',
    value: median(uploads),
    unit: 'ms',
    target: { most: 1500 },
  });
}

async function imports(): Promise<void> {
  const entry = new URL('../dist/index.js', import.meta.url).href;
  const [ours, empty] = await paired(
    15,
    () => bareSpawn(process.execPath, ['--input-type=module', '-e', `await import(${JSON.stringify(entry)})`]),
    () => bareSpawn(process.execPath, ['--input-type=module', '-e', '0']),
  );
  rows.push({
    what: 'importing the root door, more than an empty program',
    value: median(ours) - median(empty),
    unit: 'ms',
    target: { most: 60 },
  });
}

/** A program by child_process alone, its output read and dropped. */
function bareSpawn(program: string | undefined = 'true', args: readonly string[] = []): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', () => {});
    child.stderr.on('data', () => {});
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`${program} exited with ${code}`))));
  });
}

/** Bash on a bare terminal: one line in, its output back, nothing else. */
async function bareTerminal(): Promise<{ echo(): Promise<void>; end(): Promise<void> }> {
  let heard = '';
  let wake: () => void = () => {};
  const launch = { argv: ['bash', '--norc', '--noprofile'] as [string, ...string[]], cwd, env };
  const child = await startOnTerminal(launch, { columns: 80, rows: 24 }, (_, data) => {
    heard += Buffer.from(data).toString('latin1');
    wake();
  });
  let count = 0;
  const echo = async (): Promise<void> => {
    const text = `hi-${++count}.`;
    heard = '';
    await child.write(Buffer.from(`echo hi-${count}''.\n`));
    while (!heard.includes(text)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const end = async (): Promise<void> => {
    await child.write(Buffer.from('exit\n'));
    await child.ended;
  };
  return { echo, end };
}
