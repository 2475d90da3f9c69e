import { invalidArgument, RexError } from '../../core/errors.ts';
import { assertNotAborted } from '../process/command-error.ts';
import { toTerminalSize } from '../process/terminal.ts';
import { defaultStartupTimeoutMs, type SessionOptions } from '../session/session.ts';
import { startFailed } from '../session/session-errors.ts';
import { makeShDialect, shPrelude } from '../session/sh-text.ts';
import type { ShellDialect } from '../session/shell-dialect.ts';
import { ShellSession } from '../session/shell-session.ts';
import { bashDialect } from '../session/shell-text.ts';
import type { LaunchPlan } from './launch-text.ts';
import { NotLaunched } from './launched.ts';
import { openTargetChannel, type TargetChannel } from './target-channel.ts';
import { refused, type TargetPlace, toPlacement } from './target-process.ts';

/** Starts a session in a target. @throws SESSION_START_FAILED, INVALID_ARGUMENT, CONNECTION_FAILED */
export async function startTargetSession(
  name: string,
  options: SessionOptions,
  place: TargetPlace,
  defaultShell: string,
): Promise<ShellSession> {
  assertNotAborted('createSession', options.signal);
  if (options.pty && options.streams === 'separate') {
    throw invalidArgument('streams', "'merged' together with a pty: a terminal has one output", options.streams);
  }
  const startupTimeoutMs = options.startupTimeoutMs ?? defaultStartupTimeoutMs;
  const shell = options.shell ?? defaultShell;
  const dialect = /bash[^/]*$/.test(shell) ? bashDialect : makeShDialect(shell);
  const channel = await openChannel(name, options, place, { shell, dialect });
  return await ShellSession.start(channel, {
    name,
    loadRc: options.loadRc ?? true,
    startupSource: options.startupSource ?? [],
    startupTimeoutMs,
    maxOutputBytes: options.maxOutputBytes,
    signal: options.signal,
    dialect,
  });
}

async function openChannel(
  name: string,
  options: SessionOptions,
  place: TargetPlace,
  { shell, dialect }: { readonly shell: string; readonly dialect: ShellDialect },
): Promise<TargetChannel> {
  const terminal = options.pty ? toTerminalSize(options.pty) : undefined;
  const aside = terminal !== undefined || dialect.controlPath;
  const plan: LaunchPlan = {
    ...toPlacement(options, place.target, place.mark),
    argv: [shell, ...dialect.shellArguments],
    ...(dialect !== bashDialect && { prelude: shPrelude }),
    streams: { input: aside ? 'aside' : 'shell', terminal: terminal !== undefined, merged: false },
  };
  const separate = options.streams === 'separate';
  try {
    return await openTargetChannel(plan, place, { terminal, separate, dialect, signal: options.signal });
  } catch (error) {
    const failure = error instanceof NotLaunched ? refused(error, plan.argv, plan) : error;
    if (RexError.is(failure) && failure.code !== 'COMMAND_NOT_STARTED') throw failure;
    throw startFailed(name, failure instanceof Error ? failure.message : String(failure), '', failure);
  }
}
