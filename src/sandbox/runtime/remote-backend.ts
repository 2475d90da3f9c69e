import type { Session } from '../session/session.ts';
import type { Runtime } from './runtime.ts';

/** What a {@link Runtime} does on a server, in one of the two protocols. */
export interface RemoteBackend
  extends Pick<
    Runtime,
    'execute' | 'spawn' | 'attach' | 'processes' | 'createSession' | 'sessions' | 'closeSession' | 'files' | 'close'
  > {
  /** A session that this client created, or that `sessions` has listed. @throws SESSION_NOT_FOUND */
  session(name: string): Session;
  /** A session by name, whoever created it; a name that nobody has shows at the first call. */
  named(name: string): Session;
}
