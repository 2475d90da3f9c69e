// Train coordination heads on rows of your own, write them, open them, and plan with them. Real training takes more rows.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentKinds, openCoordinator, planTask, type TaskRow, trainCoordination } from 'hrm-rex/coordination';
import { useBackend } from 'hrm-rex/hrm';

// Forty tasks of two kinds of repositories. `known` names the agents of which a row can speak; all others are masked.
const known = agentKinds.map(({ name }) => name);
const rows = Array.from({ length: 40 }, (_, index): TaskRow => {
  const isRust = index % 2 === 0;
  const isAboutDocs = index % 3 === 0;
  const language = isRust ? 'rust' : 'python';
  return {
    id: `task-${index}`,
    source: `repository-${index % 10}`,
    licence: 'MIT',
    text: isAboutDocs ? `Document the option ${index} in the guide` : `Fix the crash of the parser, case ${index}`,
    context: {
      files: 40,
      ext: isRust ? { rs: 30, md: 4 } : { py: 30, md: 4 },
      markers: isRust ? ['pm:Cargo.toml'] : [],
    },
    agents: isAboutDocs ? ['docs'] : [language, 'test'],
    known,
    effort: isAboutDocs ? { docs: 1 } : { [language]: 0.7, test: 0.3 },
    difficulty: { level: isAboutDocs ? 0 : 1, lines: isAboutDocs ? 5 : 40 },
    decompose: false,
    split: index >= 34 ? 'val' : 'train',
  };
});

await useBackend('wasm');
const folder = await mkdtemp(join(tmpdir(), 'hrm-rex-heads-'));
try {
  const config = { core: { hiddenSize: 32, headCount: 2, maxSteps: 2 } };
  for await (const event of trainCoordination({ rows, folder, config, epochs: 2, batchSize: 16, seed: 1 })) {
    if (event.type === 'step') console.log(`step ${event.step}: loss ${event.loss.toFixed(3)}`);
    if (event.type === 'finished') assert.equal(event.reason, 'completed');
  }
  using coordinator = await openCoordinator({ folder });
  const text = 'Fix the crash of the parser when a file is empty';
  const workspace = { files: 30, ext: { rs: 25, md: 2 }, markers: ['pm:Cargo.toml'] };
  const plan = await planTask({ text, workspace }, coordinator);
  const chances = new Map(plan.agents.map(({ agent, probability }) => [agent, probability]));
  console.log(plan.agents.slice(0, 4), `by ${plan.by}`);
  assert.ok((chances.get('rust') ?? 0) > (chances.get('python') ?? 1), 'the workspace tells the language');
  assert.ok((chances.get('test') ?? 0) > (chances.get('docs') ?? 1), 'the text tells the rest');
} finally {
  await rm(folder, { recursive: true });
}
