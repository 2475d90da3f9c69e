import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Agent, AgentRegistry, type AgentSpec, agent, defineTool, toolSet } from 'hrm-rex/agents';
import { type AgentQuery, done, type Handler, run } from 'hrm-rex/orchestration';
import { scriptedModel } from 'hrm-rex/testing';

const made = (spec: AgentSpec, handle: Handler = async () => done(spec.name)): Agent => ({ spec, handle });
const query = fc.oneof(
  fc.record<AgentQuery & object>({ capability: fc.constantFrom('x', 'y', 'z') }),
  fc.record<AgentQuery & object>({
    tags: fc.record({ all: fc.uniqueArray(fc.constantFrom('a', 'b'), { maxLength: 2 }) }),
  }),
  fc.constantFrom('p', 'q'),
);

test('law: ensure makes at most one agent for a query, however many ask', async () => {
  const property = fc.asyncProperty(
    fc.array(query, { minLength: 1, maxLength: 30 }),
    fc.nat(3),
    async (queries, turns) => {
      const registry = new AgentRegistry();
      const makings = new Map<string, number>();
      const make = async (wanted: AgentQuery): Promise<Agent> => {
        const key = JSON.stringify(wanted);
        makings.set(key, (makings.get(key) ?? 0) + 1);
        for (let turn = 0; turn < turns; turn++) await Promise.resolve();
        const facts =
          typeof wanted === 'string' ? {} : { capabilities: [wanted.capability ?? ''], tags: wanted.tags?.all ?? [] };
        return made({ name: typeof wanted === 'string' ? wanted : `for ${key.replaceAll('/', '')}`, ...facts });
      };
      const agents = await Promise.all(queries.map((wanted) => registry.ensure(wanted, make)));
      for (const count of makings.values()) assert.equal(count, 1);
      for (const [index, wanted] of queries.entries()) {
        assert.ok(registry.find(wanted).includes(agents[index] as Agent));
      }
    },
  );
  await fc.assert(property);
});

test('the order of the members of a query does not matter to ensure; a failed making is forgotten', async () => {
  const registry = new AgentRegistry();
  const spec = { name: 'one', capabilities: ['c'], tags: ['t'] };
  const [first, second] = await Promise.all([
    registry.ensure({ capability: 'c', tags: { all: ['t'] } }, async () => made(spec)),
    registry.ensure({ tags: { all: ['t'] }, capability: 'c' }, () => assert.fail('made twice')),
  ]);
  assert.equal(first, second);
  await assert.rejects(
    registry.ensure('two', () => assert.fail('cannot')),
    /cannot/,
  );
  await assert.rejects(
    registry.ensure('two', () => made({ name: 'three' })),
    { code: 'INVALID_ARGUMENT' },
  );
  assert.equal((await registry.ensure('two', () => made({ name: 'two' }))).spec.name, 'two');
});

test('agents are found by name, role, capability, tags and what they need, the oldest first', () => {
  const registry = new AgentRegistry([
    made({ name: 'ann', role: 'coder', capabilities: ['ts', 'js'], tags: ['fast'], tools: ['git'] }),
    made({ name: 'bob', capabilities: ['ts'], tags: ['fast', 'cheap'] }),
  ]);
  const found = (wanted: AgentQuery) => registry.find(wanted).map(({ spec }) => spec.name);
  assert.deepEqual(found('bob'), ['bob']);
  assert.deepEqual(found('ts'), []);
  assert.deepEqual(found({ capability: 'ts' }), ['ann', 'bob']);
  assert.deepEqual(found({ capability: 'coder' }), ['ann']);
  assert.deepEqual(found({ tags: { all: ['fast', 'cheap'] } }), ['bob']);
  assert.deepEqual(found({ tags: { some: ['cheap', 'slow'] } }), ['bob']);
  assert.deepEqual(found({ requires: { tools: ['git'], capabilities: ['js'] } }), ['ann']);
  assert.deepEqual(found({ name: 'ann', capability: 'python' }), []);
  assert.throws(() => registry.register(made({ name: 'ann' })), { code: 'AGENT_EXISTS' });
  assert.throws(() => registry.get('eve'), { code: 'AGENT_UNKNOWN', hint: /ann, bob/ });
});

test('a run asks the registry, which gives work to the least busy; an unknown agent fails its node only', async () => {
  const log: string[] = [];
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const work = (name: string): Agent =>
    made({ name, capabilities: ['work'] }, async () => {
      log.push(name);
      if (log.length === 2) open();
      await gate;
      return done(name);
    });
  const registry = new AgentRegistry([work('one'), work('two')]);
  const use = { capability: 'work' };
  const running = run(
    {
      nodes: [
        { id: 'a', task: { goal: 'x' }, use },
        { id: 'b', task: { goal: 'x' }, use },
        { id: 'c', task: { goal: 'x' }, use: 'nobody', onFail: 'skip' },
      ],
    },
    { handlers: registry.directory },
  );
  assert.deepEqual(await running.result, { a: 'one', b: 'two' });
  assert.equal(running.states().c, 'failed');
  assert.equal(registry.busy('one'), 0);
});

test('an agent that is retired gets no more work; what it does is waited for, or aborted', async () => {
  for (const abort of [false, true]) {
    let begun = (): void => {};
    let finish = (): void => {};
    const working = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const handle: Handler = (_task, { signal }) =>
      new Promise((resolve, reject) => {
        finish = () => resolve(done('finished'));
        signal.addEventListener('abort', () => reject(new Error('ended')));
        begun();
      });
    const registry = new AgentRegistry([made({ name: 'a' }, handle)]);
    const running = run({ nodes: [{ id: 'n', task: { goal: 'x' }, use: 'a' }] }, { handlers: registry.directory });
    await working;
    const retired = registry.retire('a', { abort });
    assert.equal(registry.directory('a'), undefined);
    if (!abort) finish();
    await retired;
    if (abort) assert.equal((await running.result.catch((error) => error)).context.error.code, 'AGENT_RETIRED');
    else assert.deepEqual(await running.result, { n: 'finished' });
    await assert.rejects(registry.retire('a'), { code: 'AGENT_UNKNOWN' });
  }
});

test('two agents merge into one with the capabilities and tools of both', async () => {
  const tool = (name: string) => defineTool({ name, description: name, input: { type: 'object' }, run: () => name });
  const decide = scriptedModel([
    {
      toolCalls: [
        { name: 'build', input: {} },
        { name: 'test', input: {} },
      ],
    },
    'both',
  ]);
  const registry = new AgentRegistry([
    agent({ name: 'builder', capabilities: ['build'], tags: ['x'] }, { decide, tools: [tool('build')] }),
    agent(
      { name: 'tester', capabilities: ['test'], limits: { steps: 3 } },
      { decide, tools: [tool('test'), tool('build')] },
    ),
  ]);
  const merged = await registry.merge('builder', 'tester', { name: 'team' });
  assert.deepEqual(merged.spec.capabilities, ['build', 'test']);
  assert.deepEqual(toolSet(merged.tools ?? []).names, ['build', 'test']);
  assert.deepEqual(registry.names, ['team']);
  const running = run(
    { nodes: [{ id: 'n', task: { goal: 'x' }, use: { capability: 'test' } }] },
    { handlers: registry.directory },
  );
  assert.deepEqual(await running.result, { n: 'both' });
});

test('a registry spawns by its maker, and tells what each agent is', async () => {
  const registry = new AgentRegistry([], { make: (spec) => made(spec) });
  await registry.spawn({ name: 'a', role: 'coder', description: 'codes', capabilities: ['ts'] });
  await assert.rejects(registry.spawn({ name: 'a' }), { code: 'AGENT_EXISTS' });
  await assert.rejects(registry.spawn({ name: 'a/b' }), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(new AgentRegistry().spawn({ name: 'a' }), { code: 'UNSUPPORTED' });
  assert.deepEqual(registry.cards(), [
    { name: 'a', role: 'coder', description: 'codes', capabilities: ['ts'], tools: [], skills: [], tags: [], busy: 0 },
  ]);
});
