import { z } from 'zod';
import type { ContextRule } from '../../orchestration/task/outcome.ts';
import type { Agent } from '../agent/agent.ts';
import type { AgentRegistry } from '../registry/agent-registry.ts';
import { defineTool } from '../tools/define-tool.ts';
import type { Tool } from '../tools/tool.ts';
import { type ToolSet, toolSet } from '../tools/tool-set.ts';
import { Background } from './background.ts';
import { runChild } from './run-child.ts';
import { mayDelegate, subtaskInput } from './subtask.ts';

/** How agents delegate. */
export interface DelegationOptions {
  /** Who can be asked: by role, name or capability. */
  readonly registry: AgentRegistry;
  /** `one`: a call lasts until the child is done (default). `wait`: it answers with an id at once, and `wait` gets the result. */
  readonly mode?: 'one' | 'wait' | undefined;
  /** Levels of delegation; at the last nobody is offered the tools. Default 8. */
  readonly maxDepth?: number | undefined;
  /** About how many tokens of a result the parent gets to see. Default 6,000. */
  readonly maxResultTokens?: number | undefined;
  /** Instructions that are more alike to the parent's own task than this are refused, 0 to 1. Default 0.8. */
  readonly similarityLimit?: number | undefined;
  /** What a child sees of the parent's context: nothing (default), everything, or some keys. Constraints and preferences go with the task. */
  readonly context?: ContextRule | undefined;
  /** Makes an agent for a role that nobody in the registry has; once for all who ask at the same time. */
  readonly make?: ((role: string) => Agent | Promise<Agent>) | undefined;
}

/** {@link DelegationOptions} with every default filled in. */
export type DelegationTerms = {
  readonly [Name in keyof Omit<DelegationOptions, 'make'>]-?: NonNullable<DelegationOptions[Name]>;
} & Pick<DelegationOptions, 'make'>;

/**
 * The tools with which agents delegate: `delegate_subtask`, and `wait` in the mode `wait`. Calls of one turn run at the
 * same time and are answered in their order. Children end with their parent.
 */
export function delegation(options: DelegationOptions): ToolSet {
  const { registry, make, mode = 'one', maxDepth = 8, maxResultTokens = 6_000 } = options;
  const { similarityLimit = 0.8, context = 'filtered' } = options;
  const terms = { registry, make, mode, maxDepth, maxResultTokens, similarityLimit, context };
  return toolSet(terms.mode === 'one' ? [delegateTool(terms)] : waitTools(terms));
}

const asked =
  'Give a part of your task to another agent. It sees nothing of this conversation: put everything it needs into the ' +
  'instructions.';

function delegateTool(terms: DelegationTerms): Tool {
  return defineTool({
    name: 'delegate_subtask',
    description: `${asked} Answers with its result. Call it several times at once for parts that do not need each other.${who(terms)}`,
    input: subtaskInput,
    annotations: { destructive: false },
    isOffered: ({ task }) => mayDelegate(task, terms.maxDepth),
    run: (subtask, context) => {
      const { callId, signal, work } = context;
      return runChild(terms, subtask, context, { callId, signal, resumed: work?.resumed });
    },
  });
}

function waitTools(terms: DelegationTerms): Tool[] {
  const background = new Background(terms);
  return [
    defineTool({
      name: 'delegate_subtask',
      description: `${asked} Answers at once with an id; get the result with wait.${who(terms)}`,
      input: subtaskInput,
      annotations: { destructive: false },
      isOffered: ({ task }) => mayDelegate(task, terms.maxDepth),
      run: (subtask, context) => background.start(subtask, context),
    }),
    defineTool({
      name: 'wait',
      description: 'Wait for delegated subtasks: until one of them (its id), the next or all are done.',
      input: z.object({ until: z.string().describe('An id, "next" or "all"') }),
      annotations: { readOnly: true },
      isOffered: ({ task }) => mayDelegate(task, terms.maxDepth),
      run: ({ until }, context) => background.wait(until, context),
    }),
  ];
}

function who({ registry, make }: DelegationTerms): string {
  const agents = registry.cards().map(({ name, role, description }) => {
    return `\n- ${role ?? name}${description === undefined ? '' : `: ${description}`}`;
  });
  if (agents.length === 0) return '';
  return `\nRoles${make ? ', among others' : ''}:${agents.join('')}`;
}
