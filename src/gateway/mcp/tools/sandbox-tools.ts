import { z } from 'zod';
import type { Tool } from '../../../agents/tools/tool.ts';
import { ownerOf } from '../peer.ts';
import type { ProviderState } from '../provider-state.ts';
import { looks } from './fields.ts';
import { providerTool } from './provider-tool.ts';

const made = { sandbox: z.string(), deployment: z.string(), workspace: z.string() };

/** Makes, lists and destroys sandboxes. */
export function sandboxTools({ sandboxes, jobs }: ProviderState): Tool[] {
  return [
    providerTool({
      name: 'sandbox_create',
      title: 'Create sandbox',
      description: 'Make an isolated sandbox. Without one, tools use your own, made on first use.',
      input: z.strictObject({ deployment: z.string().optional(), label: z.string().max(200).optional() }),
      output: z.object(made),
      annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
      run: async ({ deployment, label }, context) => {
        const sandbox = await sandboxes.create(ownerOf(context), { deployment, label, signal: context.signal });
        return { sandbox: sandbox.id, deployment: sandbox.deployment, workspace: sandbox.workspace };
      },
    }),
    providerTool({
      name: 'sandbox_list',
      title: 'List sandboxes',
      description: 'Your sandboxes, their sessions and running jobs.',
      input: z.strictObject({}),
      output: z.object({
        sandboxes: z.array(
          z.object({ ...made, label: z.string().optional(), sessions: z.array(z.string()), jobs: z.array(z.string()) }),
        ),
      }),
      annotations: looks,
      run: (_, context) => ({
        sandboxes: sandboxes.of(ownerOf(context)).map((sandbox) => ({
          sandbox: sandbox.id,
          deployment: sandbox.deployment,
          workspace: sandbox.workspace,
          ...(sandbox.label === undefined ? {} : { label: sandbox.label }),
          sessions: sandboxes.sessionsOf(sandbox),
          jobs: jobs.runningIn(sandbox.id).map(({ id }) => id),
        })),
      }),
    }),
    providerTool({
      name: 'sandbox_destroy',
      title: 'Destroy sandbox',
      description: 'End a sandbox with its processes and files.',
      input: z.strictObject({ sandbox: z.string() }),
      output: z.object({ destroyed: z.string() }),
      annotations: { readOnly: false, destructive: true, idempotent: false, openWorld: false },
      run: async ({ sandbox }, context) => {
        await sandboxes.destroy(sandbox, ownerOf(context));
        return { destroyed: sandbox };
      },
    }),
  ];
}
