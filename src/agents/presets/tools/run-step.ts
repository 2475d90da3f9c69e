import { RexError } from '../../../core/errors.ts';
import { toTaskError } from '../../../orchestration/task/task-error.ts';
import { type CodePlace, executeIn, isProgramMissing } from '../languages/executor.ts';
import type { RequiredTool } from '../languages/language.ts';
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
  const finishers: { readonly handler: ErrorHandler; readonly within: StepContext }[] = [];
  let attempts = 0;
  let command: readonly string[] = given.command;
  const end = async (isDone: boolean, last: CommandOutcome, known: string | null): Promise<StepResult> => {
    let [success, advice] = [isDone, known];
    for (const { handler, within } of finishers.reverse()) {
      const commands = await runAll(handler.finish ?? [], within);
      recoveries.push({ handler: `${handler.name}: finish`, commands });
      if (commands.every((done) => isSuccess(done))) continue;
      success = false;
      advice ??= handler.advice ?? null;
    }
    return { name, ...last, command, success, attempts, recoveries, fallback: null, advice, error: null };
  };
  try {
    command = fillTemplate(given.command, context.values);
    for (;;) {
      attempts++;
      const outcome = await runCommand(command, given, context);
      refuseMissing(outcome, context.tool);
      const hasFault = given.fault?.test(outcome.output) ?? false;
      if (isSuccess(outcome, given.accept) && !hasFault) return await end(true, outcome, null);
      const known = context.tool.handlers.find(({ pattern }) => pattern.test(outcome.output));
      const groups = withoutEmpty(known?.pattern.exec(outcome.output)?.groups ?? {});
      const advice = known?.advice === undefined ? null : fillAdvice(known.advice, groups);
      const usable = known && isUsable(known, used, context.values) ? known : undefined;
      if (usable?.accept) return await end(true, outcome, null);
      if (!usable?.recover) return await end(false, outcome, advice);

      used.set(usable, (used.get(usable) ?? 0) + 1);
      const within = { ...context, values: { ...context.values, ...groups } };
      const commands = await runAll(usable.recover, within);
      recoveries.push({ handler: usable.name, commands });
      const last = commands.at(-1);
      if (!last || !commands.every((done) => isSuccess(done))) return await end(false, outcome, advice);
      if (usable.retry === false) return await end(true, last, null);
      if (usable.finish) finishers.push({ handler: usable, within });
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
  if (!isProgramMissing(error)) return error;
  const program = [error.context.command].flat()[0];
  const tool = tools.find((known) => known.name === program);
  return tool ? toolMissing(name, tool) : error;
}

/** A shell that a command goes through says by its exit code that a program is missing. @throws TOOLCHAIN_MISSING */
function refuseMissing({ exitCode, output }: CommandOutcome, { name, tools }: ToolPreset): void {
  if (exitCode !== 127) return;
  const tool = tools.find((known) => output.includes(`${known.name}: not found`));
  if (tool) throw toolMissing(name, tool);
}

function toolMissing(language: string, { name, install }: RequiredTool): RexError {
  const context = { language, tool: name, install };
  return new RexError('TOOLCHAIN_MISSING', `${language} needs ${name}, which is not installed; ${install}`, context);
}

/** An advice with what the pattern found. */
function fillAdvice(advice: string, groups: Readonly<Record<string, string>>): string {
  return advice.replaceAll(/\{(\w+)\}/g, (whole, name: string) => groups[name] ?? whole);
}
