import { RexError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { filterContext } from '../../orchestration/engine/context-rule.ts';
import type { Handler } from '../../orchestration/task/handler.ts';
import type { Outcome } from '../../orchestration/task/outcome.ts';
import type { Task } from '../../orchestration/task/task.ts';
import type { TaskError } from '../../orchestration/task/task-error.ts';
import { CallWaits } from '../tools/call-waits.ts';
import { cutOutput } from '../tools/cut-output.ts';
import type { AgentWork, ToolContext } from '../tools/tool.ts';
import { childContext } from './child-context.ts';
import type { DelegationTerms } from './delegation.ts';
import { similarity } from './similarity.ts';
import { childTask, mayDelegate, type Subtask } from './subtask.ts';

const CHARACTERS_PER_TOKEN = 4;
const MAX_HANDOFFS = 8;

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
  if (!work) throw refused('depth', 'only an agent that does a task can delegate a part of it');
  checkSubtask(terms, subtask, work.task);
  const found = await findChild(terms, subtask.role ?? agent);
  const task = childTask(work.task, subtask, call.callId);
  work.context.note('delegate', { agent, to: found.name, instructions: cutOutput(subtask.instructions, 2_000) });
  const output = await workOn(terms, found, task, work, call);
  return cutOutput(output, terms.maxResultTokens * CHARACTERS_PER_TOKEN);
}

/** Refuses what is too deep, or passes the whole task on; throws `DELEGATION_REFUSED`. */
export function checkSubtask(terms: DelegationTerms, { instructions }: Subtask, parent: Task): void {
  const { maxDepth, similarityLimit } = terms;
  if (!mayDelegate(parent, maxDepth)) throw refused('depth', `tasks are delegated no deeper than ${maxDepth} levels`);
  if (similarity(instructions, parent.goal) > similarityLimit) {
    throw refused('similar', 'the instructions are nearly the whole task: do it, or give away a smaller part of it');
  }
}

async function workOn(
  { registry, context: rule }: DelegationTerms,
  child: FoundChild,
  task: Task,
  { context: parent }: AgentWork,
  call: ChildCall,
): Promise<Json> {
  let { name, handle } = child;
  let context = filterContext(parent.context, rule);
  let [snapshot, answer] = [call.resumed?.snapshot, call.resumed?.answer];
  for (let handoffs = 0; handoffs <= MAX_HANDOFFS; ) {
    const { callId, signal } = call;
    const own = childContext(parent, { agent: name, callId, signal, context, snapshot, answer });
    const outcome: Outcome = await handle(task, own);
    signal.throwIfAborted();
    switch (outcome.kind) {
      case 'done':
        return outcome.output;
      case 'fail':
        throw childFailed(name, outcome.error);
      case 'wait':
        throw new CallWaits(outcome, outcome.snapshot ?? null);
      case 'suspend':
        ({ snapshot } = outcome);
        answer = undefined;
        break;
      case 'handoff': {
        const next = registry.directory(outcome.to);
        if (!next) throw refused('unknown-role', `nobody answers to ${JSON.stringify(outcome.to)}`);
        [name, handle, context] = [JSON.stringify(outcome.to), next, filterContext(context, outcome.context)];
        [snapshot, answer] = [undefined, undefined];
        handoffs += 1;
        break;
      }
      case 'expand':
        throw refused('depth', `${name} takes its task apart, which a delegated agent cannot`);
    }
  }
  throw refused('depth', `the task was handed on more than ${MAX_HANDOFFS} times`);
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
  throw refused('unknown-role', `there is no agent for "${role}"; there are: ${roles.join(', ') || 'none'}`);
}

function childFailed(node: string, { code, message, retryable }: TaskError): RexError<'NODE_FAILED'> {
  return new RexError(
    'NODE_FAILED',
    `${node} failed: ${message}`,
    { node, error: { code, message, retryable } },
    { retryable, hint: 'Do it yourself, ask differently, or finish without it.' },
  );
}

function refused(reason: 'depth' | 'similar' | 'unknown-role', message: string): RexError<'DELEGATION_REFUSED'> {
  return new RexError('DELEGATION_REFUSED', message, { reason, subject: message });
}
