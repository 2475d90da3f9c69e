import { RexError } from '../../core/errors.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import type { HandlerContext } from '../../orchestration/task/handler.ts';
import type { Wait } from '../../orchestration/task/outcome.ts';
import type { Task } from '../../orchestration/task/task.ts';
import type { ToolAnswer, ToolCall } from '../model/chat-model.ts';
import { answerCall, errorAnswer } from '../tools/answer-call.ts';
import { CallWaits } from '../tools/call-waits.ts';
import { cutOutput } from '../tools/cut-output.ts';
import type { ResourceLocks } from '../tools/resource-locks.ts';
import type { AgentWork, ToolContext } from '../tools/tool.ts';
import { type CallHistory, callsLeft, isGated, type ToolRule } from '../tools/tool-rule.ts';
import { type ToolSet, toolUnknown } from '../tools/tool-set.ts';
import { type AgentMemo, writeMemo } from './agent-memo.ts';

const NOTE_LENGTH = 2_000;

/** The calls of one turn and everything that decides about them. */
export interface CallRound {
  readonly agent: string;
  readonly task: Task;
  readonly context: HandlerContext;
  readonly signal: AbortSignal;
  readonly turn: number;
  readonly calls: readonly ToolCall[];
  readonly tools: ToolSet;
  /** Names of the tools that may be called in this turn. */
  readonly allowed: readonly string[];
  readonly rules: readonly ToolRule[];
  readonly history: CallHistory;
  readonly memo: AgentMemo;
  readonly locks: ResourceLocks;
  readonly maxOutputLength: number | undefined;
  readonly approvalTimeoutMs: number;
  readonly defer: AgentWork['defer'];
}

/** Answers all calls of a turn at the same time, in their order; a wait where one of them cannot go on yet. */
export async function answerCalls(round: CallRound): Promise<readonly ToolAnswer[] | Wait> {
  const left = new Map<string, number>();
  const work = round.calls.map((call, index) => {
    const count = left.get(call.name) ?? callsLeft(round.rules, call.name, round.history);
    left.set(call.name, count - 1);
    return answerOne(round, call, `${round.turn}.${index}`, count);
  });
  const settled = await Promise.allSettled(work);
  const failed = settled.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
  const ends = settled.map((end) => (end as PromiseFulfilledResult<ToolAnswer | Wait>).value);
  return ends.find(isWait) ?? (ends as readonly ToolAnswer[]);
}

async function answerOne(round: CallRound, call: ToolCall, key: string, left: number): Promise<ToolAnswer | Wait> {
  const { tools, context, memo } = round;
  const tool = tools.get(call.name);
  if (!tool) return errorAnswer(call, toolUnknown(call.name, round.allowed));
  if (!round.allowed.includes(call.name) || left <= 0) return errorAnswer(call, notNow(call.name, round.allowed));
  const isAsked = isGated(round.rules, call.name) || (isJsonObject(call.input) && tool.needsApproval(call.input));
  const decision = memo.approvals[key];
  if (isAsked && decision === undefined) return waitForApproval(round, call, key);
  if (isAsked && decision === 'no') return errorAnswer(call, denied(call.name));
  try {
    const answer = await context.step(`call:${key}`, async () => {
      const startedAt = context.clock.now();
      const made = await answerCall(tools, call, toolContext(round, call, key), round);
      const { output, isError } = made;
      context.note('tool.call', {
        agent: round.agent,
        turn: round.turn,
        tool: call.name,
        input: cutOutput(call.input, NOTE_LENGTH),
        output: cutOutput(output, NOTE_LENGTH),
        isError,
        durationMs: context.clock.now() - startedAt,
      });
      return { ...made };
    });
    return answer as unknown as ToolAnswer;
  } catch (error) {
    if (!(error instanceof CallWaits)) throw error;
    return { ...error.wait, snapshot: writeMemo({ ...memo, waiting: { call: key, snapshot: error.snapshot } }) };
  }
}

function toolContext(round: CallRound, call: ToolCall, key: string): ToolContext {
  const { agent, task, context, memo, defer } = round;
  const { waiting, answer } = memo;
  const resumed =
    waiting?.call === key && answer !== undefined ? { resumed: { snapshot: waiting.snapshot, answer } } : {};
  return {
    signal: round.signal,
    callId: `${context.idempotencyKey}:${key}`,
    agent,
    work: { task, context, defer, ...resumed },
    progress: ({ message, done, total }) => {
      const facts = { message, done, total } as Record<string, Json>;
      context.note('tool.progress', { agent, turn: round.turn, tool: call.name, ...facts });
    },
  };
}

function waitForApproval({ agent, approvalTimeoutMs, memo }: CallRound, call: ToolCall, key: string): Wait {
  return {
    kind: 'wait',
    for: 'approval',
    request: { approve: `${agent} calls ${call.name}`, type: call.name, tool: call.name, input: call.input, agent },
    timeoutMs: approvalTimeoutMs,
    timeoutAnswer: { approved: false, by: 'timeout' },
    snapshot: writeMemo({ approvals: memo.approvals, waiting: { call: key, snapshot: null } }),
  };
}

function notNow(tool: string, allowed: readonly string[]): RexError<'TOOL_REFUSED'> {
  const rule = allowed.length === 0 ? 'No tool may be called now.' : `Now may be called: ${allowed.join(', ')}.`;
  return new RexError('TOOL_REFUSED', `${tool} may not be called now`, { tool, rule }, { hint: rule });
}

function denied(tool: string): RexError<'APPROVAL_DENIED'> {
  return new RexError(
    'APPROVAL_DENIED',
    `nobody approved the call of ${tool}`,
    { task: tool, by: 'answer' },
    { hint: 'Do not call it again for this; find another way, or finish without it.' },
  );
}

function isWait(end: ToolAnswer | Wait): end is Wait {
  return 'kind' in end;
}
