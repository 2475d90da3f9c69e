import PQueue from 'p-queue';
import type { Tool, ToolContext } from '../../../agents/tools/tool.ts';
import { RexError } from '../../../core/errors.ts';
import { randomId } from '../../../core/ids.ts';
import type { Json, JsonObject } from '../../../core/json.ts';
import type { ToolCheck } from '../adapter/check-call.ts';
import { describe } from '../adapter/results.ts';
import type { ProviderState } from '../provider-state.ts';
import type { Job } from '../state/job.ts';
import type { Sandbox } from '../state/sandbox-desk.ts';
import { startProcess } from '../state/start-job.ts';
import { sandboxField } from '../tools/fields.ts';
import { FrameReader } from './frame-reader.ts';
import { wrapperDirectory, wrapperFiles } from './wrappers.ts';

/** Code that may call tools. */
export interface ToolCode {
  readonly code: string;
  readonly language: 'javascript' | 'typescript';
  readonly timeoutMs: number;
  readonly env?: Record<string, string> | undefined;
}

const callsAtOnce = 8;
const largestFrame = 8 * 1024 * 1024;

/** Runs code in sandboxes in which tools are functions; each call is checked here, and answers go to the code alone. */
export class CodeRunner {
  readonly #state: ProviderState;
  readonly #tools: () => readonly Tool[];
  readonly #check: ToolCheck;
  /** Which wrappers a sandbox has. */
  readonly #written = new WeakMap<Sandbox, string>();

  constructor(state: ProviderState, tools: () => readonly Tool[], check: ToolCheck) {
    this.#state = state;
    this.#tools = tools;
    this.#check = check;
  }

  /** Starts code as a job. Rejects when it cannot be started. */
  async start(sandbox: Sandbox, { code, language, timeoutMs, env }: ToolCode, context: ToolContext): Promise<Job> {
    await this.#writeWrappers(sandbox);
    const job = this.#state.jobs.open(sandbox, `${language} code`);
    const token = randomId(32);
    const queue = new PQueue({ concurrency: callsAtOnce });
    const ending = new AbortController();
    const inside: ToolContext = { ...context, signal: ending.signal, progress: () => {} };
    const reader = new FrameReader(`\u001e${token} `, largestFrame, (frame) => {
      void queue.add(async () => {
        const answer = await this.#answer(frame, sandbox, inside);
        // A program that has ended wants no answer.
        await job.controls?.write(`${answer}\n`).catch(() => {});
      });
    });
    void job.ended.then(() => {
      queue.clear();
      ending.abort(new Error('the code has ended'));
    });
    try {
      const command = commandOf(sandbox, language, code);
      const options = { cwd: sandbox.workspace, timeoutMs, stdin: 'pipe', ...(env ? { env } : {}) };
      const handle = await startProcess(job, sandbox.runtime, command, options, reader);
      await handle.write(`${JSON.stringify({ token })}\n`).catch(() => {});
      return job;
    } catch (error) {
      this.#state.jobs.withdraw(job);
      throw error;
    }
  }

  async #answer(frame: string, sandbox: Sandbox, context: ToolContext): Promise<string> {
    let id: Json = null;
    try {
      const call = JSON.parse(frame) as { readonly id: Json; readonly tool: string; readonly input: JsonObject };
      id = call.id;
      const output = await this.#call(call.tool, call.input, sandbox, context);
      const answer = JSON.stringify({ id, output });
      if (answer.length <= largestFrame) return answer;
      return JSON.stringify({
        id,
        error: `the answer of ${call.tool} is too large (${answer.length} characters): ask for less`,
      });
    } catch (error) {
      return JSON.stringify({ id, error: describe(error) });
    }
  }

  async #call(name: string, given: JsonObject, sandbox: Sandbox, context: ToolContext): Promise<Json> {
    const tool = this.#tools().find((each) => each.name === name);
    if (!tool) {
      const known = this.#tools().map((each) => each.name);
      throw new RexError('TOOL_UNKNOWN', `no tool ${JSON.stringify(String(name).slice(0, 80))}`, {
        tool: String(name),
        known,
      });
    }
    const input = takesSandbox(tool) ? { sandbox: sandbox.id, ...given } : given;
    await this.#check(tool, input, context, 'code');
    return await tool.call(input, context);
  }

  async #writeWrappers(sandbox: Sandbox): Promise<void> {
    const tools = this.#tools();
    const mark = tools.map(({ name }) => name).join(' ');
    if (this.#written.get(sandbox) === mark) return;
    for (const [name, text] of Object.entries(wrapperFiles(tools))) {
      await sandbox.runtime.files.write(`${directoryOf(sandbox)}/${name}`, text);
    }
    this.#written.set(sandbox, mark);
  }
}

/** Whether a tool is one of the provider's that work in a sandbox: code means its own unless it names another. */
function takesSandbox({ inputSchema }: Tool): boolean {
  const { sandbox } = (inputSchema.properties ?? {}) as { readonly sandbox?: JsonObject };
  return sandbox?.description === sandboxField.description;
}

function commandOf(sandbox: Sandbox, language: ToolCode['language'], code: string): string[] {
  const typed = language === 'typescript' ? ['--experimental-strip-types', '--no-warnings'] : [];
  const kind = language === 'typescript' ? 'module-typescript' : 'module';
  return ['node', ...typed, '--import', `${directoryOf(sandbox)}/index.mjs`, `--input-type=${kind}`, '-e', code];
}

function directoryOf({ workspace }: Sandbox): string {
  return `${workspace.replace(/\/$/, '')}/${wrapperDirectory}`;
}
