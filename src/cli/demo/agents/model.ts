import { agent, type ChatModel, fromAiSdk, sandboxTools } from '../../../agents/index.ts';
import { RexError } from '../../../core/errors.ts';
import { done, type Handler } from '../../../orchestration/index.ts';
import type { Runtime } from '../../../sandbox/runtime/runtime.ts';
import { projectOf } from '../workspace/index.ts';
import { checkScript } from './check-scripts.ts';
import { cloneOnce, type Repair } from './repair.ts';
import { lastOf, openWorkplace, script, tail } from './workplace.ts';

/** The model of `HRM_REX_MODEL_URL`, an OpenAI-compatible server; undefined where none is configured. */
export async function configuredModel(): Promise<ChatModel | undefined> {
  const { HRM_REX_MODEL_URL: baseURL, HRM_REX_MODEL: name = 'default', HRM_REX_MODEL_KEY: apiKey } = process.env;
  if (baseURL === undefined || baseURL === '') return undefined;
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible').catch((cause: unknown) => {
    const install = 'npm install @ai-sdk/openai-compatible';
    const context = { dependency: '@ai-sdk/openai-compatible', install };
    throw new RexError('DEPENDENCY_MISSING', 'a model at a URL needs @ai-sdk/openai-compatible', context, {
      hint: install,
      cause,
    });
  });
  return fromAiSdk(
    createOpenAICompatible({ name: 'model', baseURL, ...(apiKey === undefined ? {} : { apiKey }) })(name),
  );
}

const instructions = `You finish what a small project has left open. Read the sources and tests, change the sources only, run the
tests, and stop when the test that was marked as todo passes and all others still do. Answer with one line that says what you did.`;

/** Lets a model write what no rule can, in the tree of the project, and keeps it only if the tests pass with it. */
export const patch: Handler = async (task, context) => {
  const { project } = task.input as { readonly project: string };
  const { runtime, model } = context.dependencies as {
    readonly runtime: Runtime;
    readonly model: ChatModel;
  };
  await using place = await openWorkplace(context, `repair/${project}`, false);
  const { session, directory } = place;
  // Once: what the model has written by the time it is asked again, or its process has ended, stays.
  await context.step('clean', async () => {
    await place.work('git', [script('clone', `${cloneOnce(project)}\ngit reset --quiet --hard && git clean -fdxq`)]);
    return null;
  });
  await using tools = sandboxTools({ runtime, session, root: directory });
  const writer = agent({ name: `${project} patcher`, instructions, limits: { steps: 30 } }, { decide: model, tools });
  const test = checkScript(projectOf(project), 'test');
  const goal = `The tests run with: ${test}. What is open: ${JSON.stringify(context.inputs)}`;
  const outcome = await writer.handle({ ...task, goal }, context);
  if (outcome.kind !== 'done') return outcome;
  const said = String(outcome.output).replace(/\s+/g, ' ').slice(0, 72);
  const keep = `( ${test} ) > /dev/null 2>&1 || { git reset --quiet --hard; git clean -fdxq; echo 'the tests fail with it'; exit 1; }
git add --all; git diff --cached --quiet && { echo 'nothing was written'; exit 1; }
git commit --quiet -F - <<'MESSAGE'
${said.replaceAll('MESSAGE', 'message')}

Repair: patch
MESSAGE`;
  const { success: isKept, output } = lastOf(await place.work('git', [script('keep', keep)]));
  const result: Repair = {
    project,
    kind: 'patch',
    state: isKept ? 'repaired' : 'not possible',
    summary: isKept ? `written by ${model.name}: ${said}` : tail(output, 1),
  };
  return done({ ...result });
};
