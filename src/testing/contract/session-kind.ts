import type { Session, SessionOptions } from '../../sandbox/session/session.ts';
import type { Capability, RuntimeContext } from './suite.ts';

/** What a session's shell runs on. The same cases hold on every kind. */
export interface SessionKind {
  readonly name: string;
  readonly options: SessionOptions;
  readonly needs: readonly Capability[];
}

/** Standard output and error together, on a pipe. */
export const onPipes: SessionKind = { name: 'session', options: {}, needs: ['commands'] };

/** Standard output and error each on a pipe. */
export const onSeparatePipes: SessionKind = {
  name: 'session with separate streams',
  options: { streams: 'separate' },
  needs: ['commands', 'separateStreams'],
};

/** A pseudo-terminal. */
export const onTerminal: SessionKind = {
  name: 'session on a terminal',
  options: { pty: true },
  needs: ['commands', 'terminals'],
};

/** Starts a session of a kind in the case's directory, without an rc file. */
export function openSession(
  context: Pick<RuntimeContext, 'runtime' | 'directory'>,
  kind: SessionKind,
  options: SessionOptions = {},
): Promise<Session> {
  return context.runtime.createSession({ loadRc: false, cwd: context.directory, ...kind.options, ...options });
}
