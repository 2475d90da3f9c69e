import { z } from 'zod';
import type { Tool } from '../../../agents/tools/tool.ts';
import { ownerOf } from '../peer.ts';
import type { ProviderState } from '../provider-state.ts';
import { explainLanguage } from './explain-language.ts';
import { acts, commandFields, jobOutput, sandboxField } from './fields.ts';
import { providerTool } from './provider-tool.ts';
import { runJob } from './run-job.ts';

/** How each language runs code that is handed over as an argument. */
const interpreters = {
  python: ['python3', '-c'],
  javascript: ['node', '--input-type=module', '-e'],
  typescript: ['node', '--experimental-strip-types', '--no-warnings', '--input-type=module-typescript', '-e'],
  bash: ['bash', '-c'],
} as const;

const sessionField = z.string().optional().describe("Keeps directory, variables and functions: 'new', then its handle");

/** Runs commands and code. */
export function commandTools(state: ProviderState): Tool[] {
  return [
    providerTool({
      name: 'exec',
      title: 'Run command',
      description:
        'Run a shell command. Still running after wait_s: go on with job_read. Long output is cut in the middle; job_read has all.',
      input: z.strictObject({
        sandbox: sandboxField,
        command: z.string().min(1),
        session: sessionField,
        ...commandFields,
        interactive: z.boolean().optional().describe('Keep stdin open for job_input'),
      }),
      output: jobOutput,
      annotations: acts,
      run: async ({ sandbox, command, ...rest }, context) =>
        await runJob(
          state,
          await state.sandboxes.get(sandbox, ownerOf(context)),
          { ...rest, command, shown: command },
          context,
        ),
    }),
    providerTool({
      name: 'run_code',
      title: 'Run code',
      description: 'Run code in a fresh process; answers as exec.',
      input: z.strictObject({
        sandbox: sandboxField,
        language: z.enum(['python', 'javascript', 'typescript', 'bash']),
        code: z.string().min(1),
        ...commandFields,
      }),
      output: jobOutput,
      annotations: acts,
      run: async ({ sandbox, language, code, ...rest }, context) => {
        const place = await state.sandboxes.get(sandbox, ownerOf(context));
        const command = [...interpreters[language], code];
        const view = await runJob(state, place, { ...rest, command, shown: `${language} code` }, context);
        return explainLanguage(language, view);
      },
    }),
  ];
}
