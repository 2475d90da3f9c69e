import { RexError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { HandlerContext } from '../../orchestration/task/handler.ts';
import type { Outcome } from '../../orchestration/task/outcome.ts';
import type { Task } from '../../orchestration/task/task.ts';
import type { ChatMessage, ToolAnswer } from '../model/chat-model.ts';
import type { ResourceLocks } from '../tools/resource-locks.ts';
import type { AgentWork } from '../tools/tool.ts';
import { allowedTools, exitCall, missingBeforeExit, mustContinue, type PastCall } from '../tools/tool-rule.ts';
import type { ToolSchema } from '../tools/tool-schema.ts';
import type { ToolSet } from '../tools/tool-set.ts';
import { type AgentMemo, readMemo, writeMemo } from './agent-memo.ts';
import type { AgentOptions } from './agent-options.ts';
import type { AgentSpec } from './agent-spec.ts';
import { answerCalls } from './answer-calls.ts';
import { readOutput } from './read-output.ts';
import { type StoredTurn, takeTurn } from './take-turn.ts';
import type { WorkLimits } from './work-limits.ts';

/** One execution of an agent's work on a task. */
export interface AgentExecution {
  readonly spec: AgentSpec;
  // biome-ignore lint/suspicious/noExplicitAny: the loop never touches what is leased
  readonly options: AgentOptions<any>;
  readonly task: Task;
  readonly context: HandlerContext;
  /** Aborts with the run, or when the agent's time is over. */
  readonly signal: AbortSignal;
  readonly tools: ToolSet;
  readonly locks: ResourceLocks;
  readonly limits: WorkLimits;
  readonly output: ToolSchema<unknown> | undefined;
  /** Lets something end with this execution. */
  readonly defer: AgentWork['defer'];
  /** What the agent is told before its first turn. */
  readonly opening: readonly ChatMessage[];
}

/**
 * Lets an agent work: turn by turn, until it has an output, has to wait or gives way. Turns and calls are steps of the
 * node, so an execution after a crash or a wait goes through those that were taken and repeats none.
 */
export class AgentLoop {
  readonly #execution: AgentExecution;
  readonly #messages: ChatMessage[];
  readonly #history: PastCall[][] = [];
  readonly #memo: AgentMemo;
  #turn = 0;
  #corrections = 0;
  #hasProgressed = false;

  constructor(execution: AgentExecution) {
    this.#execution = execution;
    this.#messages = [...execution.opening];
    this.#memo = readMemo(execution.context);
  }

  /** Works to the next outcome. */
  async run(): Promise<Outcome> {
    const { context } = this.#execution;
    for (;;) {
      if (this.#hasProgressed && context.shouldYield()) return { kind: 'suspend', snapshot: writeMemo(this.#memo) };
      const allowed = this.#allowed();
      const { turn, isFresh } = await this.#takeTurn(allowed);
      this.#hasProgressed ||= isFresh;
      const outcome = turn.toolCalls.length > 0 ? await this.#call(turn, allowed) : await this.#finish(turn);
      if (outcome) return outcome;
    }
  }

  #takeTurn(allowed: readonly string[]): ReturnType<typeof takeTurn> {
    this.#turn += 1;
    const mustCall = this.#isFirstOpen() || this.#missing().length > 0;
    return takeTurn(this.#execution, { turn: this.#turn, messages: this.#messages, allowed, mustCall });
  }

  async #call(turn: StoredTurn, allowed: readonly string[]): Promise<Outcome | undefined> {
    const { options, spec, output } = this.#execution;
    const { rules = [], maxOutputLength, approvalTimeoutMs = 300_000 } = options;
    const answers = await answerCalls({
      ...this.#execution,
      agent: spec.name,
      turn: this.#turn,
      calls: turn.toolCalls,
      allowed,
      rules,
      history: this.#history,
      memo: this.#memo,
      maxOutputLength,
      approvalTimeoutMs,
    });
    if ('kind' in answers) return answers;
    this.#corrections = 0;
    await this.#remember(turn, answers);
    this.#history.push(answers.map(({ name, output, isError }) => ({ tool: name, output, isError })));
    const exit = exitCall(rules, this.#history);
    if (!exit) return undefined;
    const reading = await readOutput(exit.output, output);
    return 'output' in reading ? this.#done(reading.output) : this.#correct(reading.problem);
  }

  async #finish(turn: StoredTurn): Promise<Outcome | undefined> {
    const { rules = [] } = this.#execution.options;
    const missing = this.#missing();
    this.#messages.push({ role: 'assistant', content: textOf(turn.output) });
    if (missing.length > 0) return this.#correct(`Before you finish, call ${missing.join(' and ')}.`);
    if (mustContinue(rules, this.#history)) {
      this.#history.push([]);
      return this.#correct('You are not finished yet: go on.');
    }
    if (turn.reason === 'length')
      return this.#correct('The answer was cut off at its greatest length. Answer shorter.');
    const reading = await readOutput(turn.output, this.#execution.output);
    return 'output' in reading ? this.#done(reading.output) : this.#correct(reading.problem);
  }

  /** Tells the model what is wrong; throws `MODEL_ANSWER_INVALID` where that was of no use. */
  #correct(problem: string): undefined {
    const { options, spec } = this.#execution;
    this.#corrections += 1;
    if (this.#corrections > (options.maxCorrections ?? 2)) {
      const model = 'stream' in options.decide ? options.decide.name : spec.name;
      throw new RexError(
        'MODEL_ANSWER_INVALID',
        `${spec.name}: the model's answer will not do, also after ${this.#corrections - 1} corrections: ${problem}`,
        { model, problem },
      );
    }
    this.#messages.push({ role: 'user', content: problem });
    return undefined;
  }

  async #remember(turn: StoredTurn, answers: readonly ToolAnswer[]): Promise<void> {
    const { options, context, task } = this.#execution;
    const said: ChatMessage = { role: 'assistant', content: textOf(turn.output), toolCalls: turn.toolCalls };
    const heard: ChatMessage = { role: 'tool', answers };
    this.#messages.push(said, heard);
    const { memory } = options;
    if (!memory?.append) return;
    await context.step(`memory:${this.#turn}`, async () => {
      await memory.append?.(said, task);
      await memory.append?.(heard, task);
      return null;
    });
  }

  #allowed(): string[] {
    const { tools, options } = this.#execution;
    return allowedTools(options.rules ?? [], tools.names, this.#history);
  }

  #missing(): string[] {
    return missingBeforeExit(this.#execution.options.rules ?? [], this.#history);
  }

  #isFirstOpen(): boolean {
    const { rules = [] } = this.#execution.options;
    const done = new Set(this.#history.flat().flatMap((call) => (call.isError ? [] : [call.tool])));
    const firsts = rules.filter(({ type }) => type === 'first');
    return firsts.length > 0 && !firsts.some(({ tool }) => done.has(tool));
  }

  #done(output: Json): Outcome {
    return { kind: 'done', output, usage: this.#execution.limits.freshUsage };
  }
}

function textOf(output: Json): string {
  return typeof output === 'string' ? output : JSON.stringify(output);
}
