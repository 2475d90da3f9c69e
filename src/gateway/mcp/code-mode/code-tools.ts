import { z } from 'zod';
import type { Tool } from '../../../agents/tools/tool.ts';
import type { ToolCheck } from '../adapter/check-call.ts';
import { ownerOf } from '../peer.ts';
import type { ProviderState } from '../provider-state.ts';
import { explainLanguage } from '../tools/explain-language.ts';
import { acts, jobOutput, looks, sandboxField, waitField } from '../tools/fields.ts';
import { providerTool } from '../tools/provider-tool.ts';
import { awaitJob } from '../tools/run-job.ts';
import { CodeRunner } from './run-with-tools.ts';
import { searchTools } from './search-tools.ts';

/** What code mode offers besides `job_read`: finding tools, and running code that calls them. */
export function codeTools(state: ProviderState, callable: () => readonly Tool[], check: ToolCheck): Tool[] {
  const runner = new CodeRunner(state, callable, check);
  return [
    providerTool({
      name: 'search_tools',
      title: 'Search tools',
      description: 'Find functions for run_code by words; without words all names.',
      input: z.strictObject({ query: z.string().optional(), limit: z.int().min(1).max(50).optional() }),
      output: z.object({ tools: z.array(z.string()) }),
      annotations: looks,
      run: ({ query = '', limit = 10 }) => ({ tools: searchTools(callable(), query, limit) }),
    }),
    providerTool({
      name: 'run_code',
      title: 'Run code',
      description:
        "Run a module with top-level await in which tools are functions: `const { stdout } = await tools.exec({ command: 'ls' })`. Their results stay in the program: only what it prints comes back. Loop and filter in code.",
      input: z.strictObject({
        code: z.string().min(1),
        language: z.enum(['javascript', 'typescript']).optional(),
        sandbox: sandboxField,
        env: z.record(z.string(), z.string()).optional(),
        wait_s: waitField,
        timeout_s: z.number().positive().max(86_400).optional().describe('Kills it; default 600'),
      }),
      output: jobOutput,
      annotations: acts,
      run: async ({ code, language = 'javascript', sandbox, env, wait_s, timeout_s = 600 }, context) => {
        const place = await state.sandboxes.get(sandbox, ownerOf(context));
        const job = await runner.start(place, { code, language, env, timeoutMs: timeout_s * 1000 }, context);
        return explainLanguage(language, await awaitJob(state, job, wait_s, context));
      },
    }),
  ];
}
