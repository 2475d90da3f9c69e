import type { TaskErrorContext } from '../../core/error-codes.ts';
import { RexError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { filterContext } from '../../orchestration/engine/context-rule.ts';
import type { Handler } from '../../orchestration/task/handler.ts';
import type { Task } from '../../orchestration/task/task.ts';
import { cutOutput } from '../tools/cut-output.ts';
import type { AgentWork, ToolContext } from '../tools/tool.ts';
import type { DelegationTerms } from './delegation.ts';
import { delegationRefused, tooDeep } from './delegation-refused.ts';
import { performChild } from './perform-child.ts';
import { similarity } from './similarity.ts';
import { childTask, mayDelegate, type Subtask } from './subtask.ts';

const CHARACTERS_PER_TOKEN = 4;

/** Which call a child works for. */
export interface ChildCall {
  readonly callId: string;
  readonly signal: AbortSignal;
  /** What the child left when it had to wait, and the answer. */
  readonly resumed: AgentWork['resumed'];
}

/**
 * Lets a child do a subtask and hands out its result, cut to what the parent may see.
 *
 * @throws DELEGATION_REFUSED, NODE_FAILED with the child's failure
 */
export async function runChild(
  terms: DelegationTerms,
  subtask: Subtask,
  { work, agent = '' }: ToolContext,
  call: ChildCall,
): Promise<Json> {
  if (!work) throw delegationRefused('depth', 'only an agent that does a task can delegate a part of it');
  checkSubtask(terms, subtask, work.task);
  const found = await findChild(terms, subtask.role ?? agent);
  const task = childTask(work.task, subtask, call.callId);
  work.context.note('delegate', { agent, to: found.name, instructions: cutOutput(subtask.instructions, 2_000) });
  const context = filterContext(work.context.context, terms.context);
  const { directory } = terms.registry;
  try {
    const child = { ...found, ...call, task, context, directory, maxDepth: terms.maxDepth };
    return cutOutput(await performChild(work.context, child), terms.maxResultTokens * CHARACTERS_PER_TOKEN);
  } catch (error) {
    throw RexError.is(error, 'NODE_FAILED') ? childFailed(found.name, error.context.error) : error;
  }
}

/** Refuses what is too deep, or passes the whole task on; throws `DELEGATION_REFUSED`. */
export function checkSubtask(terms: DelegationTerms, { instructions }: Subtask, parent: Task): void {
  const { maxDepth, similarityLimit } = terms;
  if (!mayDelegate(parent, maxDepth)) throw tooDeep(maxDepth);
  if (similarity(instructions, parent.goal) > similarityLimit) {
    throw delegationRefused(
      'similar',
      'the instructions are nearly the whole task: do it, or give away a smaller part of it',
    );
  }
}

interface FoundChild {
  readonly name: string;
  readonly handle: Handler;
}

async function findChild({ registry, make }: DelegationTerms, role: string): Promise<FoundChild> {
  const query = registry.find(role).length > 0 ? role : { capability: role };
  if (make && registry.find(query).length === 0) await registry.ensure(query, () => make(role));
  const handle = registry.directory(query);
  const [first] = registry.find(query);
  if (handle && first) return { name: first.spec.name, handle };
  const roles = registry.cards().map((card) => card.role ?? card.name);
  throw delegationRefused('unknown-role', `there is no agent for "${role}"; there are: ${roles.join(', ') || 'none'}`);
}

function childFailed(node: string, { code, message: told, retryable }: TaskErrorContext): RexError<'NODE_FAILED'> {
  const message = told.replace(/^task[:/] ?/, '');
  return new RexError(
    'NODE_FAILED',
    `${node} failed: ${message}`,
    { node, error: { code, message, retryable } },
    { retryable, hint: 'Do it yourself, ask differently, or finish without it.' },
  );
}
