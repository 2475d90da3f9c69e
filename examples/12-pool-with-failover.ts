/** Forty agents share five sessions; the first deployment goes down in the middle, the second takes over, and back again. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalDeployment, runAgents, SessionPool } from 'hrm-rex';

// In earnest these would be a DockerDeployment and an SshDeployment: a place takes any deployment.
const workspace = await mkdtemp(join(tmpdir(), 'hrm-rex-pool-'));
const first = new LocalDeployment({ workspace });
const second = new LocalDeployment({ workspace });
const session = { loadRc: false };

await using pool = await new SessionPool({
  max: 5,
  places: [
    { name: 'first', deployment: first, offers: { capabilities: ['gpu'] } },
    { name: 'second', deployment: second },
  ],
  health: { intervalMs: 50 },
}).start();
const changes: string[] = [];
pool.events.on('down', ({ place }) => changes.push(`${place} down`));
pool.events.on('up', ({ place }) => changes.push(`${place} up`));

// An agent that comes back finds its session as it left it.
await pool.use({ agent: 'planner', session }, (lease) => lease.session.run('plan=ready'));
const plan = await pool.use({ agent: 'planner', session }, (lease) => lease.session.run('echo "$plan"'));

const agents = Array.from({ length: 40 }, (_, index) => ({
  agent: `agent-${index}`,
  priority: index % 4,
  session,
  work: `echo "${index} squared is $((${index} * ${index}))"`,
}));
const results = await runAgents(pool, agents, { retries: 2, timeoutMs: 60_000 });
const done = [...results.values()].filter(({ status }) => status === 'done');

await first.stop();
const meanwhile = await pool.use({ agent: 'tester', session }, async ({ place, failedOver }) => ({
  place,
  failedOver,
}));
while (pool.places[0]?.state === 'down') await pool.events.next('up');
const afterwards = await pool.use({ requires: { capabilities: ['gpu'] }, session }, async ({ place }) => place);

const { acquired, failovers, reused, closed } = pool.stats;
console.log(
  `${acquired} leases, ${reused} reused, ${closed.recycled} recycled, ${failovers} failovers; ${changes.join(', ')}`,
);
console.log(`while the first was down: ${meanwhile.place}, because ${meanwhile.failedOver[0]?.reason}`);
assert.equal(plan.output, 'ready\n');
assert.equal(done.length, 40);
assert.deepEqual([meanwhile.place, meanwhile.failedOver[0]?.place], ['second', 'first']);
assert.equal(afterwards, 'first');
assert.deepEqual(changes, ['first down', 'first up']);
await pool.close();
assert.equal((await second.isAlive()).isAlive, false);
await rm(workspace, { recursive: true });
