import { z } from 'zod';
import { RexError } from '../../core/errors.ts';
import type { PlanningTask, WorkspaceSummary } from './planning-task.ts';
import { keepMost } from './summarise-workspace.ts';

const count = z.number().int().nonnegative();

/** Schema of {@link WorkspaceSummary}; keeps the most frequent endings and the first markers. */
export const workspaceSummarySchema: z.ZodType<WorkspaceSummary> = z
  .object({ files: count, ext: z.record(z.string(), count), markers: z.array(z.string().max(1_000)) })
  .transform(({ files, ext, markers }) => ({ files, ...keepMost(Object.entries(ext), markers) }));

const taskSchema = z.object({
  text: z.string(),
  workspace: workspaceSummarySchema.optional(),
  context: workspaceSummarySchema.nullish(),
});

/**
 * Checks a task that comes from a user, a file or a wire: `{ text, workspace? }`, a text alone, or a row of training data,
 * which calls the workspace `context`. Empty and very long texts are fine; plans for them have low confidence.
 *
 * @throws INVALID_ARGUMENT
 */
export function parsePlanningTask(value: unknown): PlanningTask {
  const parsed = taskSchema.safeParse(typeof value === 'string' ? { text: value } : value);
  if (!parsed.success) {
    const problem = z.prettifyError(parsed.error);
    const context = { argument: 'task', expected: 'a text, or { text, workspace }', received: problem };
    throw new RexError('INVALID_ARGUMENT', `this is no task to plan: ${problem}`, context, {
      hint: 'Give { text } and, where there is one, { workspace: { files, ext, markers } }.',
    });
  }
  const { text, workspace, context } = parsed.data;
  const known = workspace ?? context ?? undefined;
  return known === undefined ? { text } : { text, workspace: known };
}
