import { z } from 'zod';
import type { Task } from '../../orchestration/task/task.ts';
import type { SchemaLike } from '../tools/tool-schema.ts';

/** A part of a task for another agent. */
export interface Subtask {
  /** Name, role or capability of who shall do it. Default: somebody like the one who asks. */
  readonly role?: string | undefined;
  readonly instructions: string;
  readonly contextFiles: readonly string[];
  readonly returnArtifacts: readonly string[];
}

const names = z.array(z.string()).optional();

const schema = z
  .strictObject({
    role: z.string().min(1).optional(),
    instructions: z.string().trim().min(1).optional(),
    task: z.string().trim().min(1).optional(),
    context_files: names,
    files: names,
    return_artifacts: names,
  })
  .transform((given, check): Subtask => {
    const instructions = given.instructions ?? given.task;
    if (instructions === undefined) {
      check.addIssue({ code: 'custom', path: ['instructions'], message: 'expected text that says what to do' });
      return z.NEVER;
    }
    return {
      role: given.role,
      instructions,
      contextFiles: given.context_files ?? given.files ?? [],
      returnArtifacts: given.return_artifacts ?? [],
    };
  });

/** Input of `delegate_subtask`; `task` and `files` are taken for `instructions` and `context_files`. */
export const subtaskInput: SchemaLike<Subtask> = {
  schema,
  jsonSchema: {
    type: 'object',
    properties: {
      role: { type: 'string', description: 'Who shall do it. Default: somebody like you.' },
      instructions: { type: 'string', description: 'What to do, with everything that has to be known for it.' },
      context_files: { type: 'array', items: { type: 'string' }, description: 'Files that belong to it.' },
      return_artifacts: { type: 'array', items: { type: 'string' }, description: 'What has to come back.' },
    },
    required: ['instructions'],
    additionalProperties: false,
  },
};

/** Whether the one who does this task may delegate. */
export function mayDelegate({ depth, budget }: Task, maxDepth: number): boolean {
  return depth < maxDepth && (budget?.depth ?? 1) > 0;
}

/** The task of a child: the subtask, with the parent's constraints and preferences. */
export function childTask(parent: Task, subtask: Subtask, id: string): Task {
  const { constraints, preferences, priority, deadlineAt } = parent;
  const { instructions, contextFiles, returnArtifacts } = subtask;
  const files = contextFiles.length > 0 ? { context_files: contextFiles } : {};
  const artifacts = returnArtifacts.length > 0 ? { return_artifacts: returnArtifacts } : {};
  const depth = parent.budget?.depth;
  return {
    id,
    goal: instructions,
    input: { ...files, ...artifacts },
    depth: parent.depth + 1,
    parent: parent.id,
    ...(constraints ? { constraints } : {}),
    ...(preferences ? { preferences } : {}),
    ...(priority === undefined ? {} : { priority }),
    ...(deadlineAt === undefined ? {} : { deadlineAt }),
    ...(depth === undefined ? {} : { budget: { depth: depth - 1 } }),
  };
}
