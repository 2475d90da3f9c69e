import { posix } from 'node:path';
import { RexError } from '../../core/errors.ts';
import { ByteLog } from '../process/byte-log.ts';
import type { Child, ChildExit } from '../process/child.ts';
import { type Command, defaultMaxOutputBytes, type SpawnOptions } from '../process/command.ts';
import { assertNotAborted, commandError } from '../process/command-error.ts';
import { endTree } from '../process/end-tree.ts';
import { feedInput } from '../process/feed-input.ts';
import { toEnvironment, toLaunch } from '../process/launch.ts';
import { armLimits, checkBytes, checkLimits } from '../process/limits.ts';
import { outputText } from '../process/output-text.ts';
import type { ExitReason } from '../process/process-handle.ts';
import { type ProcessControl, RunningProcess } from '../process/running-process.ts';
import { notStarted } from '../process/start-error.ts';
import { toTerminalSize } from '../process/terminal.ts';
import type { FarProcesses } from './far-processes.ts';
import type { LaunchPlan } from './launch-text.ts';
import { type Launched, launch, NotLaunched } from './launched.ts';
import type { LimitWatch } from './limit-watch.ts';
import type { Target } from './target.ts';

/** What a target runtime gives each process it starts. */
export interface TargetPlace {
  readonly target: Target;
  readonly processes: FarProcesses;
  /** Tells which limits of the target were hit. */
  readonly limits?: LimitWatch | undefined;
  readonly id: string;
  /** Value of the tree's mark in the environment. */
  readonly mark: string;
  /** Whether what runs goes on when its link is cut. */
  readonly keep: boolean;
}

/** How long a start that is under way may take once a limit is over. */
const startPatienceMs = 2_000;

/** Starts a process in a target. @throws COMMAND_NOT_STARTED, OUTCOME_UNKNOWN, INVALID_ARGUMENT */
export async function startTargetProcess(
  command: Command,
  options: SpawnOptions,
  place: TargetPlace,
): Promise<RunningProcess> {
  checkBytes('maxOutputBytes', options.maxOutputBytes);
  checkLimits(options);
  assertNotAborted(command, options.signal);
  const plan = toPlan(command, options, place);
  const terminal = options.pty ? toTerminalSize(options.pty) : undefined;
  const log = new ByteLog(options.maxOutputBytes ?? defaultMaxOutputBytes);
  const startedAt = performance.now();
  const sent = new Set<string>();
  const known = place.limits?.known ?? '';
  const opening = new AbortController();
  let running: RunningProcess | undefined;
  let reason: ExitReason = 'exit';
  let patience: NodeJS.Timeout | undefined;
  const onLimit = (limit: ExitReason): void => {
    reason = limit;
    // What has begun already is ended with all that it printed; what does not begin is given up.
    if (running) running.end(limit, {}).catch(() => {});
    else patience = setTimeout(() => opening.abort(), startPatienceMs);
  };
  // The start has the time of the program once more: an engine can take longer for it than the program may run.
  let limits = armLimits(options, onLimit);
  try {
    const launched = await launch(place.target, plan, {
      terminal,
      signal: opening.signal,
      onOutput: (stream, data) => {
        limits.touch();
        log.append(stream, data);
      },
      wasSent: (signal) => sent.has(signal),
    });
    limits[Symbol.dispose]();
    if (reason === 'exit') limits = armLimits(options, onLimit);
    const child = toChild(launched, command, plan, place);
    const control = controlThere(launched.pid, place, sent, known);
    running = new RunningProcess({ id: place.id, command, options, child, control, log, startedAt });
    void running.ended.then(() => limits[Symbol.dispose]());
    if (options.stdin !== undefined && options.stdin !== 'pipe') void feedInput(child, options.stdin);
    if (reason !== 'exit') {
      await running.end(reason, {});
      await running.result();
    }
    return running;
  } catch (error) {
    limits[Symbol.dispose]();
    if (error instanceof NotLaunched) throw refused(error, command, plan);
    await endTree({ pid: undefined, mark: place.mark }, { signal: 'SIGKILL' }, place.processes).catch(() => {});
    const facts = { command, ...outputText(log), exitCode: null, signal: null, failureReason: '' };
    throw commandError(reason, facts, options) ?? error;
  } finally {
    clearTimeout(patience);
  }
}

/** What a command means in a target. @throws INVALID_ARGUMENT */
function toPlan(command: Command, options: SpawnOptions, { target, mark }: TargetPlace): LaunchPlan {
  const { streams: _streams, ...rest } = options;
  const { argv } = toLaunch(command, rest, { cwd: '/', env: {} }, mark);
  const merged = options.streams === 'merged';
  const terminal = options.pty !== undefined && options.pty !== false;
  const input = options.stdin === undefined && !terminal ? 'closed' : 'stream';
  return { ...toPlacement(options, target, mark), argv, streams: { input, terminal, merged } };
}

/** Directory and environment of what starts in a target. */
export function toPlacement(
  options: Pick<SpawnOptions, 'cwd' | 'env' | 'inheritEnv' | 'pty'>,
  target: Target,
  mark: string,
): Pick<LaunchPlan, 'cwd' | 'env' | 'removed' | 'replaceEnv' | 'mark'> {
  const removed = Object.entries(options.env ?? {}).filter(([, value]) => value === undefined);
  return {
    cwd: posix.resolve(target.cwd, options.cwd ?? ''),
    env: toEnvironment(options, target.env, mark),
    removed: removed.map(([name]) => name),
    replaceEnv: options.inheritEnv === false,
    mark,
  };
}

/** The error for a launch that was refused. */
export function refused(refused: NotLaunched, command: Command, plan: LaunchPlan): RexError<'COMMAND_NOT_STARTED'> {
  const { refusal } = refused;
  const program = typeof command === 'string' ? plan.argv[0] : (command[0] as string);
  const missingCwd = refusal === 'cwd' ? plan.cwd : undefined;
  const errno = refusal === 'cwd' ? 'ENOENT' : refusal === 'shell' ? undefined : refusal;
  return notStarted(command, { errno, program, missingCwd, cause: refused });
}

function toChild(launched: Launched, command: Command, plan: LaunchPlan, place: TargetPlace): Child {
  const { stream } = launched;
  const onTerminal = plan.streams.terminal;
  return {
    pid: launched.pid,
    ended: launched.ended.then(({ exitCode, signal, lost, errno }): ChildExit => {
      if (errno) return { exitCode, signal, failure: notStarted(command, { errno, program: plan.argv[0] }) };
      if (lost === undefined) return { exitCode, signal };
      endAfterLoss(place);
      return { exitCode, signal, failure: outcomeUnknown(place.target, lost) };
    }),
    write: (data) => stream.write(data),
    closeInput: () => (onTerminal ? void stream.write(Buffer.from([4])) : stream.closeInput()),
    ...(onTerminal && { resize: (size) => stream.resize(size) }),
  };
}

/** Ends a tree whose own stream broke, where the target can still be reached. */
export function endAfterLoss({ target, mark, keep, processes }: TargetPlace): void {
  if (!keep && target.gone() === undefined) endTree({ pid: undefined, mark }, {}, processes).catch(() => {});
}

/** The end of something that ran will never be known. */
export function outcomeUnknown(target: Target, lost: string): RexError<'OUTCOME_UNKNOWN'> {
  const reason = target.gone() ?? lost;
  const hint = 'It may have run to its end, or not: look at what it should have done.';
  const message = `the outcome is unknown, since ${target.name} was lost: ${reason}`;
  return new RexError('OUTCOME_UNKNOWN', message, { operation: 'command', reason }, { hint });
}

function controlThere(
  pid: number,
  { mark, processes, limits }: TargetPlace,
  sent: Set<string>,
  known: string,
): ProcessControl {
  return {
    endTree: async (root, options) => {
      sent.add(options.signal ?? 'SIGTERM').add('SIGKILL');
      await endTree({ pid: root, mark }, options, processes);
    },
    signal: async (signal) => {
      sent.add(signal);
      await processes.deliver([pid], signal);
    },
    failureReason: async (exitCode) => (exitCode === 0 ? '' : ((await limits?.reason(known)) ?? '')),
  };
}
