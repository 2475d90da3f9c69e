import { z } from 'zod';
import type { Runtime } from '../../sandbox/runtime/runtime.ts';
import { cutText } from '../tools/cut-output.ts';
import { defineTool } from '../tools/define-tool.ts';
import type { Tool } from '../tools/tool.ts';
import type { AgentShell } from './agent-shell.ts';
import { type JobReport, startJob } from './job.ts';
import type { JobTable } from './job-table.ts';

/** What the tools for commands have in common. */
export interface CommandToolsOptions {
  readonly runtime: Runtime;
  readonly shell: AgentShell;
  readonly jobs: JobTable;
  readonly workspace: string;
  readonly timeoutMs: number;
  readonly jobAfterMs: number;
  readonly maxOutputLength: number;
  readonly needsApproval: (tool: string) => boolean;
}

const job = z.string().min(1).describe('Id of the job');
const report = z.object({
  job: z.string(),
  state: z.enum(['running', 'ended']),
  exitCode: z.number().nullable(),
  signal: z.string().nullable(),
  output: z.string(),
  cursor: z.number(),
});

/** The shell: `run_command`. */
export function runTool(options: CommandToolsOptions): Tool {
  const { shell, workspace, timeoutMs, jobAfterMs, maxOutputLength, needsApproval } = options;
  return defineTool({
    name: 'run_command',
    description:
      'Runs a command in your shell, where directory and variables stay from call to call. Nothing can answer questions: use flags such as --yes. A command that takes long goes on as a job; for servers and watchers start a job at once.',
    input: z.object({
      command: z.string().min(1).describe('Script for bash'),
      timeoutMs: z.int().min(1).optional().describe(`Ends the command after so long. Default ${timeoutMs}`),
    }),
    output: z.object({
      state: z.enum(['ended', 'timeout', 'running', 'shell-ended']),
      exitCode: z.number().nullable(),
      output: z.string(),
      job: z.string().optional(),
      note: z.string().optional(),
    }),
    annotations: { destructive: true, openWorld: true },
    needsApproval: needsApproval('run_command'),
    resources: () => [
      { key: `session:${workspace}`, mode: 'write' },
      { key: `workspace:${workspace}`, mode: 'write' },
    ],
    run: async (input, { signal }) => {
      const limits = { timeoutMs: input.timeoutMs ?? timeoutMs, jobAfterMs, signal };
      const result = await shell.run(input.command, limits);
      const { state, exitCode } = result;
      const note = noteOn(result.state, limits.timeoutMs);
      return {
        ...{ state, exitCode, output: cutText(result.output, maxOutputLength) },
        ...(result.job !== undefined && { job: result.job }),
        ...(note !== undefined && { note }),
      };
    },
  });
}

function noteOn(state: string, timeoutMs: number): string | undefined {
  if (state === 'timeout')
    return `still running after ${timeoutMs} ms: it was ended; start a job for what takes longer`;
  if (state === 'running') return 'it goes on as a job; the next command gets a new shell in the same directory';
  return state === 'shell-ended' ? 'the command ended the shell; the next one gets a new shell' : undefined;
}

/** Jobs: `start_job`, `read_job`, `write_job`, `stop_job`, `list_jobs`. */
export function jobTools({ runtime, jobs, maxOutputLength, needsApproval }: CommandToolsOptions): Tool[] {
  const shorten = (given: JobReport): JobReport => ({ ...given, output: cutText(given.output, maxOutputLength) });
  const annotations = { openWorld: true };
  return [
    defineTool({
      name: 'start_job',
      description: 'Starts a command that goes on by itself, in the workspace: a server, a watcher, a long build.',
      input: z.object({ command: z.string().min(1).describe('Script for sh') }),
      output: z.object({ job: z.string() }),
      annotations: { ...annotations, destructive: true },
      needsApproval: needsApproval('start_job'),
      run: async ({ command }) => ({ job: jobs.add(await startJob(runtime, jobs.nextId(), command)).id }),
    }),
    defineTool({
      name: 'read_job',
      description: 'What a job printed since the last read (or a cursor), and whether it still runs.',
      input: z.object({
        job,
        after: z.int().min(0).optional().describe('Cursor of an earlier read; 0 reads from the start'),
        waitMs: z.int().min(0).max(60_000).optional().describe('Waits for something new. Default 0'),
      }),
      output: report,
      annotations: { readOnly: true, openWorld: false },
      resources: (input) => [{ key: `job:${input.job}`, mode: 'write' }],
      needsApproval: needsApproval('read_job'),
      run: async ({ job: id, ...options }, { signal }) => shorten(await jobs.get(id).read({ ...options, signal })),
    }),
    defineTool({
      name: 'write_job',
      description: 'Sends text to the standard input of a job; end lines with a newline.',
      input: z.object({ job, text: z.string(), end: z.boolean().optional().describe('Closes the input after it') }),
      annotations,
      needsApproval: needsApproval('write_job'),
      run: async ({ job: id, text, end = false }) => {
        if (text !== '') await jobs.get(id).write(text);
        if (end) await jobs.get(id).closeInput();
        return `sent ${Buffer.byteLength(text)} bytes`;
      },
    }),
    defineTool({
      name: 'stop_job',
      description: 'Ends a job and everything it started.',
      input: z.object({ job }),
      output: report,
      annotations: { destructive: true, idempotent: true, openWorld: false },
      needsApproval: needsApproval('stop_job'),
      run: async ({ job: id }, { signal }) => {
        await jobs.get(id).stop();
        return shorten(await jobs.get(id).read({ signal }));
      },
    }),
    defineTool({
      name: 'list_jobs',
      description: 'The jobs and whether they run.',
      input: z.object({}),
      annotations: { readOnly: true, idempotent: true, openWorld: false },
      needsApproval: needsApproval('list_jobs'),
      run: async () => jobs.list().map(({ id, command, running }) => ({ job: id, command, running })),
    }),
  ];
}
