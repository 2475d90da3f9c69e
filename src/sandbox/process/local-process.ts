import { RexError } from '../../core/errors.ts';
import { ByteLog } from './byte-log.ts';
import { type Child, startOnPipes, startOnTerminal } from './child.ts';
import { type Command, defaultMaxOutputBytes, type SpawnOptions } from './command.ts';
import { assertNotAborted } from './command-error.ts';
import { endTree } from './end-tree.ts';
import { feedInput } from './feed-input.ts';
import type { Isolation } from './isolation.ts';
import { type LaunchDefaults, toLaunch } from './launch.ts';
import { armLimits, checkBytes, checkLimits, type Limits } from './limits.ts';
import { type ProcessControl, RunningProcess } from './running-process.ts';
import { startError } from './start-error.ts';
import { toTerminalSize } from './terminal.ts';

/** What a runtime gives each process it starts. */
export interface ProcessPlace extends LaunchDefaults {
  readonly id: string;
  /** Value of the tree's mark in the environment. */
  readonly mark: string;
  readonly isolation?: Isolation | undefined;
}

/** Starts a process of this machine. @throws COMMAND_NOT_STARTED, INVALID_ARGUMENT, DEPENDENCY_MISSING */
export async function startLocalProcess(
  command: Command,
  options: SpawnOptions,
  place: ProcessPlace,
): Promise<RunningProcess> {
  checkBytes('maxOutputBytes', options.maxOutputBytes);
  checkLimits(options);
  assertNotAborted(command, options.signal);
  const log = new ByteLog(options.maxOutputBytes ?? defaultMaxOutputBytes);
  let limits: Limits | undefined;
  const listen = (stream: 'stdout' | 'stderr', data: Uint8Array) => {
    limits?.touch();
    log.append(stream, data);
  };
  const plain = toLaunch(command, options, place, place.mark);
  const launch = place.isolation ? await place.isolation.wrap(plain) : plain;
  const startedAt = performance.now();
  let child: Child;
  try {
    child = options.pty
      ? await startOnTerminal(launch, toTerminalSize(options.pty), listen)
      : await startOnPipes(launch, options.stdin === undefined ? 'ignore' : 'pipe', listen);
  } catch (error) {
    throw RexError.is(error) ? error : startError(error, command, plain);
  }
  const control = controlHere(child.pid, place);
  const running = new RunningProcess({ id: place.id, command, options, child, control, log, startedAt });
  limits = armLimits(options, (reason) => void running.end(reason, {}));
  void running.ended.then(() => limits?.[Symbol.dispose]());
  if (options.stdin !== undefined && options.stdin !== 'pipe') void feedInput(child, options.stdin);
  return running;
}

function controlHere(pid: number, { mark, isolation }: ProcessPlace): ProcessControl {
  return {
    endTree: (root, options) => endTree({ pid: root, mark }, options),
    signal: (signal) => void process.kill(isolation?.commandOf?.(pid) ?? pid, signal),
    failureReason: () => isolation?.failureReason(pid) ?? '',
  };
}
