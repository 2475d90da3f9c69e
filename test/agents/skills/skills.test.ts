import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import type { Skill } from '../../../src/agents/skills/skill.ts';
import { SkillRegistry } from '../../../src/agents/skills/skill-registry.ts';
import { createSkillTool, skillTools } from '../../../src/agents/skills/skill-tools.ts';
import { expectError, expectThrown } from '../../../src/testing/contract/expect-error.ts';

const context = { signal: new AbortController().signal, callId: 'call', progress: () => {} };
const front = (name: string, description = 'does things') =>
  `---\nname: ${name}\ndescription: ${description}\n---\n\nDo it.\n`;

async function place(test: TestContext, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'hrm-rex-skills-'));
  test.after(() => rm(root, { recursive: true }));
  await mkdir(join(root, 'skills'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

test('skills are read with instructions, tools, permissions and further front matter', async (test) => {
  const root = await place(test, {
    'skills/review/SKILL.md':
      '---\nname: review\ndescription: "Reads: changes"\nlicense: MIT\n---\n\n# Review\n\nRead first.\n',
    'skills/review/manifest.json': '{ "tools": ["read_file"], "permissions": ["network"], "version": 2 }',
    'skills/bare/SKILL.md': front('bare').replaceAll('\n', '\r\n'),
    'skills/no-skill/README.md': 'nothing',
  });
  const registry = new SkillRegistry();
  const { skills, faults } = await registry.load(join(root, 'skills'));
  assert.deepEqual([skills.map(({ name }) => name), faults], [['bare', 'review'], []]);
  const { path, ...review } = registry.get('review');
  assert.equal(path, join(root, 'skills/review'));
  assert.deepEqual(review, {
    ...{ name: 'review', description: 'Reads: changes', instructions: '# Review\n\nRead first.' },
    ...{ manifest: { tools: ['read_file'], permissions: ['network'] }, metadata: { license: 'MIT' } },
  });
  assert.deepEqual(registry.get('bare').manifest, { tools: [], permissions: [] });
  assert.equal((await new SkillRegistry().load(join(root, 'skills/bare'))).skills.length, 1);
  assert.deepEqual(expectThrown(() => registry.get('none'), 'SKILL_NOT_FOUND').context.known, ['bare', 'review']);
  await expectError(registry.load(join(root, 'nowhere')), 'FILE_NOT_FOUND');
});

test('broken skills are typed faults, the others load; links lead nowhere else', async (test) => {
  const root = await place(test, {
    'secret/SKILL.md': front('secret'),
    'secret/key': 'secret',
    'skills/good/SKILL.md': front('good'),
    'skills/a-json/SKILL.md': front('a-json'),
    'skills/a-json/manifest.json': '{ broken',
    'skills/b-shape/SKILL.md': front('b-shape'),
    'skills/b-shape/manifest.json': '{ "tools": "all" }',
    'skills/c-front/SKILL.md': 'no front matter',
    'skills/d-name/SKILL.md': '---\ndescription: x\n---\n',
    'skills/e-yaml/SKILL.md': '---\nname: [\n---\n',
    'skills/f-manifest/SKILL.md': front('f-manifest'),
    'skills/h-double/SKILL.md': front('good'),
  });
  await symlink('../../secret/key', join(root, 'skills/good/leak'));
  await symlink('../../secret/key', join(root, 'skills/f-manifest/manifest.json'));
  await symlink('../secret', join(root, 'skills/g-link'));
  const registry = new SkillRegistry();
  const { skills, faults } = await registry.load(join(root, 'skills'));
  assert.deepEqual(
    skills.map(({ name }) => name),
    ['good'],
  );
  const broken = faults.map(({ code, context: { path } }) => `${code} ${path.slice(root.length + 8).split('/')[0]}`);
  const names = ['a-json', 'b-shape', 'c-front', 'd-name', 'e-yaml', 'f-manifest', 'g-link', 'h-double'];
  assert.deepEqual(
    broken,
    names.map((name) => `SKILL_INVALID ${name}`),
  );
  for (const path of ['leak', '../secret/key', '/etc/passwd'])
    await expectError(registry.readFile('good', path), 'PATH_ESCAPE');
  assert.equal(await registry.readFile('good', 'SKILL.md'), front('good'));
});

test('a search counts 5 for the name and 2 for the description, word by word; equal ones keep their order', () => {
  const skill = (name: string, description: string): Skill => ({
    name,
    description,
    instructions: '',
    manifest: { tools: [], permissions: [] },
  });
  const registry = new SkillRegistry([
    skill('git-bisect', 'finds the commit that broke a test'),
    skill('write-tests', 'writes a test for code'),
    skill('deploy', 'brings code to a server'),
    skill('format', 'formats code'),
  ]);
  const scores = (query: string) => registry.search(query).map((match) => [match.skill.name, match.score]);
  assert.deepEqual(scores('Test git!'), [
    ['git-bisect', 7],
    ['write-tests', 7],
  ]);
  assert.deepEqual(scores('code'), [
    ['write-tests', 2],
    ['deploy', 2],
    ['format', 2],
  ]);
  assert.deepEqual(scores('format code'), [
    ['format', 9],
    ['write-tests', 2],
    ['deploy', 2],
  ]);
  assert.deepEqual(scores('   '), []);
  assert.equal(registry.search('format code', { minScore: 4, limit: 2 }).length, 1);
});

test('a tool of another library becomes a skill whose tool checks its input', async () => {
  const calls: unknown[] = [];
  const registry = new SkillRegistry();
  const invoke = async (input: unknown) => {
    calls.push(input);
    return new Date(0);
  };
  const skill = registry.importTool({
    name: 'calendar',
    description: 'Tells the day',
    schema: z.object({ days: z.number() }),
    invoke,
  });
  assert.deepEqual([calls, registry.get('calendar').manifest.tools], [[], ['calendar']]);
  assert.equal(await skill.tool?.call({ days: 3 }, context), '1970-01-01T00:00:00.000Z');
  await expectError(skill.tool?.call({ days: 'x' }, context) ?? Promise.resolve(), 'TOOL_INPUT_INVALID');
  assert.deepEqual(calls, [{ days: 3 }]);
  expectThrown(() => registry.importTool({ name: 'x', description: 'y', schema: {} } as never), 'INVALID_ARGUMENT');
});

test('a skill is made only with approval, under a name that is free, and can be read at once', async (test) => {
  const root = await place(test);
  const registry = new SkillRegistry();
  const create = createSkillTool(registry, join(root, 'skills'));
  const input = {
    name: 'fix-lock',
    description: 'What to do: "locks"',
    instructions: 'Remove it.',
    tools: ['run_command'],
  };
  assert.ok(create.needsApproval(input));
  await create.call(input, context);
  assert.deepEqual(registry.get('fix-lock').manifest, { tools: ['run_command'], permissions: [] });
  assert.equal(registry.get('fix-lock').description, 'What to do: "locks"');
  await expectError(create.call(input, context), 'FILE_EXISTS');
  for (const name of ['../out', 'A b', '', '.x'])
    await expectError(create.call({ ...input, name }, context), 'TOOL_INPUT_INVALID');
  assert.deepEqual([await readdir(join(root, 'skills')), await readdir(root)], [['fix-lock'], ['skills']]);
  assert.match(await readFile(join(root, 'skills/fix-lock/SKILL.md'), 'utf8'), /Remove it\./);
  const [search, read] = skillTools(registry);
  assert.deepEqual(await search?.call({ query: 'locks' }, context), [
    { name: 'fix-lock', description: input.description, score: 2 },
  ]);
  assert.match(JSON.stringify(await read?.call({ name: 'fix-lock' }, context)), /Remove it/);
  await expectError(read?.call({ name: 'fix-lock', file: '../../x' }, context) ?? Promise.resolve(), 'PATH_ESCAPE');
});
