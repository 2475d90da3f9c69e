// Skills: instructions for kinds of work, loaded from directories, found by words, made by an agent after somebody agreed.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSkillTool, SkillRegistry, skillTools } from 'hrm-rex/agents';

const root = await mkdtemp(join(tmpdir(), 'hrm-rex-skills-'));
const context = { signal: new AbortController().signal, callId: 'example', progress: () => {} };
try {
  await mkdir(join(root, 'find-a-regression'));
  await writeFile(
    join(root, 'find-a-regression', 'SKILL.md'),
    '---\nname: find-a-regression\ndescription: Finds the commit that broke a test, by bisection\n---\n\nRun git bisect with the failing test.\n',
  );
  await writeFile(join(root, 'find-a-regression', 'manifest.json'), '{ "tools": ["run_command"], "permissions": [] }');
  await mkdir(join(root, 'broken'));
  await writeFile(join(root, 'broken', 'SKILL.md'), 'no front matter');

  const skills = new SkillRegistry();
  const { faults } = await skills.load(root);
  console.log(
    skills.names,
    faults.map(({ message }) => message),
  );
  assert.deepEqual([skills.names, faults.map(({ code }) => code)], [['find-a-regression'], ['SKILL_INVALID']]);

  const create = createSkillTool(skills, root);
  const learnt = {
    name: 'stale-lock',
    description: 'What to do about a stale git lock',
    instructions: 'Look for a running git first.',
  };
  assert.ok(create.needsApproval(learnt), 'a person is asked');
  await create.call(learnt, context);

  const [search, read] = skillTools(skills);
  const found = await search?.call({ query: 'which commit broke the test' }, context);
  console.log(found);
  assert.deepEqual((found as readonly { readonly name: string }[]).map(({ name }) => name)[0], 'find-a-regression');
  console.log(await read?.call({ name: 'stale-lock' }, context));

  skills.importTool({
    name: 'weather',
    description: 'Tells the weather of a place',
    schema: { type: 'object', properties: { place: { type: 'string' } }, required: ['place'] },
    invoke: async ({ place }) => `fair in ${place}`,
  });
  assert.equal(await skills.get('weather').tool?.call({ place: 'Bergen' }, context), 'fair in Bergen');
} finally {
  await rm(root, { recursive: true });
}
