// A team for each request: skills that fit it well make its agents, and where none does, one general agent works alone.
// The manifest is data: it can come from a rule, as here, from a model or from a file.
import assert from 'node:assert/strict';
import {
  AgentRegistry,
  agent,
  designSwarm,
  SkillRegistry,
  swarmGraph,
  swarmManifestSchema,
  swarmSpecs,
} from 'hrm-rex/agents';
import { rules, run } from 'hrm-rex/orchestration';

const skill = (name: string, description: string) => {
  return {
    name,
    description,
    instructions: `You are good at this: ${description}.`,
    manifest: { tools: [], permissions: [] },
  };
};
const skills = new SkillRegistry([
  skill('research', 'reads papers and reports what they say'),
  skill('coding', 'writes and repairs code'),
  skill('writing', 'writes reports and letters'),
]);

async function work(request: string, strategy: 'parallel' | 'sequential') {
  const manifest = swarmManifestSchema.parse(designSwarm(request, skills, { strategy }));
  console.log(
    JSON.stringify({ strategy, agents: manifest.agents.map(({ role, skill: name }) => ({ role, skill: name })) }),
  );
  // Each agent decides by rule; a ChatModel can take the place of this policy.
  const agents = new AgentRegistry(
    swarmSpecs(manifest).map((spec) =>
      agent(spec, { decide: rules(({ task }) => ({ output: `${spec.name}: ${task.goal}` })) }),
    ),
  );
  return { manifest, outputs: await run(swarmGraph(manifest), { handlers: agents.directory }).result };
}

const team = await work('research the reports, then do the coding', 'sequential');
assert.deepEqual(
  team.manifest.agents.map(({ role }) => role),
  ['research', 'coding'],
);
assert.deepEqual(swarmGraph(team.manifest).nodes[1]?.dependsOn, ['research']);
assert.equal(Object.keys(team.outputs).length, 2);

// The word in a description scores 2, which is not above 3: nobody fits, so a general agent does it.
const alone = await work('send letters', 'parallel');
assert.deepEqual(alone.outputs, { general: 'general: send letters' });
console.log(team.outputs, alone.outputs);
