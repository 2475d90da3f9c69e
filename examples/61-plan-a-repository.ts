// Plan from a repository: its file names are read through a runtime, wherever it is.
import assert from 'node:assert/strict';
import { LocalDeployment } from 'hrm-rex';
import { openDefaultCoordinator, planTask, readWorkspace } from 'hrm-rex/coordination';

await using box = await new LocalDeployment().start();
const workspace = await readWorkspace(box.runtime, '.', { maxFiles: 5_000 });
console.log(workspace);
assert.ok((workspace.ext.ts ?? 0) > 100);
assert.ok(workspace.markers.includes('pm:package.json'));

using coordinator = await openDefaultCoordinator();
const plan = await planTask(
  { text: 'The shell session hangs when a command prints nothing: fix it', workspace },
  coordinator,
);
const selected = plan.agents.filter((agent) => agent.selected).map(({ agent }) => agent);
console.log(selected, plan.difficulty, plan.confidence);
assert.ok(selected.includes('javascript-typescript'), 'the text names no language, the workspace does');

// A workspace that is not there is a typed error, and no plan.
await assert.rejects(readWorkspace(box.runtime, '/nowhere/at/all'), { code: 'FILE_NOT_FOUND' });
