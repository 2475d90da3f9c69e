import { resolve } from 'node:path';
import { invalidArgument, RexError } from '../../core/errors.ts';
import { assertNotAborted } from '../process/command-error.ts';
import { toEnvironment } from '../process/launch.ts';
import type { ProcessPlace } from '../process/local-process.ts';
import { startError } from '../process/start-error.ts';
import { toTerminalSize } from '../process/terminal.ts';
import type { Channel } from './channel.ts';
import { openPipeChannel } from './local-channel.ts';
import { defaultStartupTimeoutMs, type SessionOptions } from './session.ts';
import { ShellSession } from './shell-session.ts';
import { bashDialect } from './shell-text.ts';
import { openTerminalChannel } from './terminal-channel.ts';

/** Starts a session on this machine. @throws SESSION_START_FAILED, INVALID_ARGUMENT, DEPENDENCY_MISSING */
export async function startLocalSession(
  name: string,
  options: SessionOptions,
  place: ProcessPlace,
): Promise<ShellSession> {
  assertNotAborted('createSession', options.signal);
  if (options.pty && options.streams === 'separate') {
    throw invalidArgument('streams', "'merged' together with a pty: a terminal has one output", options.streams);
  }
  const channel = await openChannel(options, place);
  return await ShellSession.start(channel, {
    name,
    loadRc: options.loadRc ?? true,
    startupSource: options.startupSource ?? [],
    startupTimeoutMs: options.startupTimeoutMs ?? defaultStartupTimeoutMs,
    maxOutputBytes: options.maxOutputBytes,
    signal: options.signal,
  });
}

async function openChannel(options: SessionOptions, place: ProcessPlace): Promise<Channel> {
  const shell = options.shell ?? 'bash';
  const { mark, isolation } = place;
  const plain = {
    argv: [shell, ...bashDialect.shellArguments] as const,
    cwd: resolve(place.cwd, options.cwd ?? ''),
    env: toEnvironment(options, place.env, mark),
  };
  const launch = { ...plain, argv: [...plain.argv] as [string, ...string[]] };
  try {
    const wrapped = isolation ? await isolation.wrap(launch) : launch;
    if (options.pty) return await openTerminalChannel(wrapped, toTerminalSize(options.pty), { mark, isolation });
    return await openPipeChannel(wrapped, { separate: options.streams === 'separate', mark, isolation });
  } catch (error) {
    if (RexError.is(error) && error.code !== 'COMMAND_NOT_STARTED') throw error;
    const { message, hint } = RexError.is(error) ? error : startError(error, launch.argv, launch);
    const context = { session: options.session ?? 'default', output: '', reason: message };
    throw new RexError('SESSION_START_FAILED', `the session did not start: ${message}`, context, {
      hint: hint ?? '',
      cause: error,
    });
  }
}
