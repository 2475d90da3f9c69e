/** What a pool costs: `npm run bench -- pool [--json FILE]`. */
import { LocalDeployment, LocalRuntime, SessionPool } from '../src/sandbox/index.ts';
import { median, once, paired, quantile, type Row, report, times } from './measure.ts';

const rows: Row[] = [];
const session = { loadRc: false };
const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: '/nonexistent', LANG: 'C.UTF-8' };

await manyLeases();
await overhead();
await decisions();
report('pool', rows);

/** 200 leases over 50 sessions, all asked for at once; each runs a command. */
async function manyLeases(): Promise<void> {
  await using pool = await new SessionPool({
    max: 50,
    places: [{ name: 'local', deployment: new LocalDeployment({ env }) }],
  }).start();
  await round(pool, '200 leases over 50 sessions that do not exist yet, asked for at once', () => 'team');
  await round(pool, 'the same again: the 50 sessions are handed on within the team', () => 'team');
  if (pool.stats.opened !== 50) throw new Error('the pool closed a session that could be used again');
  await round(pool, 'the same for 200 agents, each in a fresh session of its own', (index) => `agent-${index}`);
}

async function round(pool: SessionPool, what: string, keyOf: (index: number) => string): Promise<void> {
  const waits: number[] = [];
  const work = async (index: number): Promise<void> => {
    const askedAt = performance.now();
    await using lease = await pool.acquire({ key: keyOf(index), session });
    waits.push(performance.now() - askedAt);
    const { output } = await lease.session.run(`echo ${index}`);
    if (output !== `${index}\n`) throw new Error('a session answered wrongly');
  };
  const all = await once(() => Promise.all(Array.from({ length: 200 }, (_, index) => work(index))));
  rows.push({ what, value: all, unit: 'ms' });
  rows.push({ what: '– time to acquire, median', value: median(waits), unit: 'ms' });
  rows.push({ what: '– time to acquire, 99th percentile', value: quantile(waits, 0.99), unit: 'ms' });
}

/** A lease of a fresh session against the bare session, and of an agent's own session. */
async function overhead(): Promise<void> {
  await using runtime = new LocalRuntime({ env });
  await using pool = await new SessionPool({
    places: [{ name: 'local', deployment: new LocalDeployment({ env }) }],
  }).start();
  let count = 0;
  const [leased, bare] = await paired(
    60,
    async () => await pool.use({ session }, () => undefined),
    async () => {
      await using _ = await runtime.createSession({ session: `bare-${count++}`, ...session });
    },
  );
  rows.push({
    what: 'lease of a fresh session and its release, median',
    value: median(leased),
    unit: 'ms',
    reference: median(bare),
    against: 'createSession and close',
    target: { ratio: 1.1 },
  });
  const own = await times(2_000, () => pool.use({ agent: 'same', session }, () => undefined));
  rows.push({ what: "lease of an agent's own session and its release, median", value: median(own) * 1000, unit: 'µs' });
}

/** The pool alone: 10,000 requests of many priorities wait for one session. */
async function decisions(): Promise<void> {
  await using pool = await new SessionPool({
    max: 1,
    places: [{ name: 'local', deployment: new LocalDeployment({ env }) }],
  }).start();
  const requests = Array.from({ length: 10_000 }, (_, index) => ({ agent: 'same', priority: index % 100, session }));
  const total = await once(() => Promise.all(requests.map((request) => pool.use(request, () => undefined))));
  rows.push({
    what: '10,000 leases that wait at 100 priorities, each',
    value: (total * 1000) / requests.length,
    unit: 'µs',
  });
}
