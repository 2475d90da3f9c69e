import { RexError } from '../../../core/errors.ts';
import { toTaskError } from '../../../orchestration/task/task-error.ts';
import { type CodePlace, executeIn } from '../languages/executor.ts';
import { fillTemplate, fillWord } from './fill-template.ts';
import { type InteractiveSessions, talkToProgram } from './talk-to-program.ts';
import type { CommandTemplate, ErrorHandler, PresetCommand, ToolPreset, WorkflowValues } from './tool-preset.ts';
import type { CommandOutcome, StepResult } from './workflow-result.ts';

/** What the commands of a step share. */
export interface StepContext {
  readonly place: CodePlace;
  readonly tool: ToolPreset;
  readonly sessions: InteractiveSessions;
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly values: WorkflowValues;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  readonly signal: AbortSignal | undefined;
}

/** Runs a step: its command, then what handlers know to do about its failure, then its fallbacks. Failures are results. */
export async function runStep(name: string, given: PresetCommand, context: StepContext): Promise<StepResult> {
  const first = await attempt(name, given, context);
  if (first.success) return first;
  let last = first;
  for (const fallback of given.fallbacks ?? []) {
    const next = context.tool.commands[fallback];
    if (!next) continue;
    const { recoveries } = last;
    last = { ...(await attempt(name, next, context)), fallback };
    last = { ...last, recoveries: [...recoveries, ...last.recoveries] };
    if (last.success) return last;
  }
  return last === first ? first : { ...last, advice: last.advice ?? first.advice };
}

async function attempt(name: string, given: PresetCommand, context: StepContext): Promise<StepResult> {
  const recoveries: StepResult['recoveries'][number][] = [];
  const used = new Map<ErrorHandler, number>();
  let attempts = 0;
  let command: readonly string[] = given.command;
  try {
    command = fillTemplate(given.command, context.values);
    for (;;) {
      attempts++;
      const outcome = await runCommand(command, given, context);
      const end = (success: boolean, last: CommandOutcome, advice: string | null): StepResult => {
        return { name, ...last, command, success, attempts, recoveries, fallback: null, advice, error: null };
      };
      if (isSuccess(outcome, given.accept)) return end(true, outcome, null);
      const known = context.tool.handlers.find(({ pattern }) => pattern.test(outcome.output));
      const usable = known && isUsable(known, used, context.values) ? known : undefined;
      if (usable?.accept) return end(true, outcome, null);
      if (!usable?.recover) return end(false, outcome, known?.advice ?? null);

      used.set(usable, (used.get(usable) ?? 0) + 1);
      const groups = usable.pattern.exec(outcome.output)?.groups ?? {};
      const within = { ...context, values: { ...context.values, ...withoutEmpty(groups) } };
      const commands = await runAll(usable.recover, within);
      recoveries.push({ handler: usable.name, commands });
      const last = commands.at(-1);
      if (!last || !commands.every((done) => isSuccess(done))) return end(false, outcome, usable.advice ?? null);
      if (usable.retry === false) return end(true, last, null);
      if (usable.finish) {
        attempts++;
        const repeated = await runCommand(command, given, context);
        const finished = await runAll(usable.finish, within);
        recoveries.push({ handler: `${usable.name}: finish`, commands: finished });
        const success = isSuccess(repeated, given.accept) && finished.every((done) => isSuccess(done));
        return end(success, repeated, success ? null : (usable.advice ?? null));
      }
    }
  } catch (error) {
    if (context.signal?.aborted) throw error;
    const fault = toTaskError(missingTool(error, context.tool));
    const nothing = { output: '', exitCode: null, timedOut: false, durationMs: 0, fallback: null, advice: null };
    return { name, command, success: false, attempts, recoveries, ...nothing, error: fault };
  }
}

async function runCommand(
  command: readonly string[],
  given: PresetCommand,
  context: StepContext,
): Promise<CommandOutcome> {
  const { place, tool, sessions, cwd, env, timeoutMs, maxOutputBytes, signal, values } = context;
  if (given.exchanges) {
    const exchanges = given.exchanges.map(({ expect, send }) => ({ expect, send: fillWord(send, values) }));
    const session = await sessions.of(tool.name);
    return await talkToProgram(session, command, exchanges, { timeoutMs, env, signal });
  }
  const options = { cwd, env, timeoutMs, maxOutputBytes, signal, merged: true };
  const { stdout, exitCode, timedOut, durationMs } = await executeIn(place, command, options);
  return { command, output: stdout, exitCode, timedOut, durationMs };
}

/** Runs commands until one fails. */
async function runAll(templates: readonly CommandTemplate[], context: StepContext): Promise<CommandOutcome[]> {
  const outcomes: CommandOutcome[] = [];
  for (const template of templates) {
    const outcome = await runCommand(fillTemplate(template, context.values), { command: template }, context);
    outcomes.push(outcome);
    if (!isSuccess(outcome)) break;
  }
  return outcomes;
}

function isSuccess({ exitCode, timedOut }: CommandOutcome, accept: readonly number[] = []): boolean {
  return !timedOut && exitCode !== null && (exitCode === 0 || accept.includes(exitCode));
}

function isUsable(handler: ErrorHandler, used: ReadonlyMap<ErrorHandler, number>, values: WorkflowValues): boolean {
  const isGiven = (handler.needs ?? []).every((name) => values[name] !== undefined);
  return isGiven && (used.get(handler) ?? 0) < (handler.times ?? 1);
}

function withoutEmpty(groups: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(groups).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function missingTool(error: unknown, { name, tools }: ToolPreset): unknown {
  if (!RexError.is(error, 'COMMAND_NOT_STARTED') || error.context.errno !== 'ENOENT') return error;
  const program = [error.context.command].flat()[0];
  const tool = tools.find((known) => known.name === program);
  if (!tool) return error;
  const context = { language: name, tool: tool.name, install: tool.install };
  return new RexError(
    'TOOLCHAIN_MISSING',
    `${name} needs ${tool.name}, which is not installed; ${tool.install}`,
    context,
  );
}
