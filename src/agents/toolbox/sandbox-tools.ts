import { randomId } from '../../core/ids.ts';
import { type RuntimePolicy, restrict } from '../../sandbox/runtime/restricted-runtime.ts';
import type { Runtime } from '../../sandbox/runtime/runtime.ts';
import type { Session } from '../../sandbox/session/session.ts';
import type { Tool } from '../tools/tool.ts';
import { AgentShell } from './agent-shell.ts';
import { jobTools, runTool } from './command-tools.ts';
import { readingTools, writingTools } from './file-tools.ts';
import { JobTable } from './job-table.ts';

/** What a toolbox may do and how much it shows. Only the runtime is needed. */
export interface SandboxToolsOptions {
  readonly runtime: Runtime;
  /** Session of the runtime for the commands; it stays open. Default: one of the toolbox's own, opened with the first command. */
  readonly session?: Session | undefined;
  /** Directory that commands start in and that paths cannot leave, absolute. Default: unconfined, in the runtime's directory. */
  readonly root?: string | undefined;
  /** Further limits of what the tools may do. */
  readonly policy?: RuntimePolicy | undefined;
  /** Offers the tools that only look: no commands, no writing. Default false. */
  readonly readOnly?: boolean | undefined;
  /** Time for a command. Default 120,000. */
  readonly timeoutMs?: number | undefined;
  /** Time after which a command goes on as a job. Default 30,000; Infinity: never. */
  readonly jobAfterMs?: number | undefined;
  /** Greatest length of an answer, in characters. Default 16,000. */
  readonly maxOutputLength?: number | undefined;
  /** Tools whose calls a person has to agree to, by name. Default: none. */
  readonly approve?: readonly string[] | undefined;
  /** Name of the toolbox's sessions. Default: a random one. */
  readonly name?: string | undefined;
}

/** Tools over a sandbox. Disposing them ends their sessions and jobs; a session that was handed in stays. */
export interface SandboxTools extends ReadonlyArray<Tool>, AsyncDisposable {}

const maxCommandOutputBytes = 1024 * 1024;

/**
 * The tools with which an agent works in a sandbox: `run_command`, `read_file`, `write_file`, `edit_file`,
 * `search_files`, `find_files` and jobs (`start_job`, `read_job`, `write_job`, `stop_job`, `list_jobs`). They act
 * through a restricted view of the runtime, on any kind of it; answers are short, and files come in windows of lines.
 *
 * @throws INVALID_ARGUMENT for a policy that means nothing
 */
export function sandboxTools(given: Runtime | SandboxToolsOptions): SandboxTools {
  const options: SandboxToolsOptions = 'runtime' in given ? given : { runtime: given };
  const { root, session, readOnly = false, timeoutMs = 120_000, jobAfterMs = 30_000, approve = [] } = options;
  const { maxOutputLength = 16_000, name = `agent-${randomId(8)}` } = options;
  const runtime = restrict(options.runtime, {
    ...options.policy,
    ...(root !== undefined && { root }),
    ...(readOnly && { readOnly }),
  });
  const workspace = root ?? options.policy?.root ?? '/';
  const shared = { runtime, workspace, maxOutputLength, needsApproval: (tool: string) => approve.includes(tool) };
  const jobs = new JobTable();
  const shell = new AgentShell({ runtime, jobs, name, session, maxOutputBytes: maxCommandOutputBytes });
  const commands = { ...shared, shell, jobs, timeoutMs, jobAfterMs };
  const tools = readOnly
    ? readingTools(shared)
    : [runTool(commands), ...readingTools(shared), ...writingTools(shared), ...jobTools(commands)];
  return Object.assign(tools, {
    [Symbol.asyncDispose]: async () => {
      await jobs.stopAll();
      await shell.close();
      await runtime.close();
    },
  });
}
