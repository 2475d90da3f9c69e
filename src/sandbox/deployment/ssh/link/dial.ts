import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AnyAuthMethod, Client } from 'ssh2';
import { RexError } from '../../../../core/errors.ts';
import type { HostSettings } from '../config/host-settings.ts';
import { HostVerifier } from '../known-hosts/host-verifier.ts';
import { loadSsh2 } from '../load-ssh2.ts';
import { findLogin, type Login } from './login.ts';
import { connectionFailed, loginRefused, reasonOf } from './ssh-errors.ts';

/** How a host is dialled. */
export interface DialOptions {
  /** Carries the bytes; default: a TCP connection to the host. */
  readonly socket?: Duplex;
  /** Aborting gives up. */
  readonly signal?: AbortSignal;
}

/**
 * Connects to a host, checks its key and logs in; nothing is left open when it rejects.
 * @throws CONNECTION_FAILED, HOST_KEY_REFUSED, UNAUTHORIZED, INVALID_ARGUMENT, DEPENDENCY_MISSING
 */
export async function dial(settings: HostSettings, options: DialOptions = {}): Promise<Client> {
  const { signal } = options;
  try {
    signal?.throwIfAborted();
    const ssh2 = await loadSsh2();
    const [verifier, login] = await Promise.all([HostVerifier.load(settings), findLogin(ssh2, settings)]);
    if (login.methods.length === 0) throw loginRefused(settings, [], login.skipped);
    signal?.throwIfAborted();
    const socket = options.socket ?? connect({ host: settings.address, port: settings.port, noDelay: true });
    return await greet(new ssh2.Client(), socket, { settings, verifier, login, signal });
  } catch (error) {
    options.socket?.destroy();
    throw error;
  }
}

interface Greeting {
  readonly settings: HostSettings;
  readonly verifier: HostVerifier;
  readonly login: Login;
  readonly signal: AbortSignal | undefined;
}

function greet(client: Client, socket: Duplex, { settings, verifier, login, signal }: Greeting): Promise<Client> {
  return new Promise((resolve, reject) => {
    let refusal: unknown;
    const skipped = [...login.skipped];
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      client.removeListener('error', onError);
      client.removeListener('close', onClose);
    };
    const fail = (error: unknown): void => {
      settle();
      client.on('error', () => {});
      client.destroy();
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => fail(signal?.reason);
    const onError = (error: Error & { readonly level?: string }): void => {
      // An agent that cannot be asked is passed over; the next way to log in follows.
      if (error.level === 'agent') skipped.push(`agent (${error.message})`);
      else fail(refusal ?? typed(error, settings, { ...login, skipped }));
    };
    const onClose = (): void => fail(refusal ?? connectionFailed(settings, 'it hung up before the login'));
    const late = `no login within ${settings.connectTimeoutMs} ms`;
    const timer = setTimeout(() => fail(connectionFailed(settings, late)), settings.connectTimeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    client.on('error', onError);
    client.once('close', onClose);
    client.once('ready', () => {
      settle();
      client.setNoDelay(true);
      resolve(client);
    });
    client.connect({
      sock: socket as never,
      username: settings.user,
      readyTimeout: 0,
      keepaliveInterval: settings.keepaliveIntervalMs,
      keepaliveCountMax: settings.keepaliveCountMax,
      algorithms: { serverHostKey: verifier.algorithms },
      authHandler: inTurn(login.methods) as never,
      hostVerifier: (key: Buffer, verify: (valid: boolean) => void) => {
        const refuse = (error: unknown): void => {
          refusal = error;
          verify(false);
        };
        verifier.accept(key).then(() => verify(true), refuse);
      },
    });
  });
}

/** Gives one way to log in after the other, of those that the host still accepts. */
function inTurn(methods: readonly AnyAuthMethod[]): (accepted: readonly string[] | null) => AnyAuthMethod | false {
  const left = [...methods];
  return (accepted) => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const kind = next.type === 'agent' ? 'publickey' : next.type;
      if (accepted === null || accepted.includes(kind)) return next;
    }
    return false;
  };
}

function typed(error: Error, settings: HostSettings, login: Login): RexError {
  if (RexError.is(error)) return error;
  const { level } = error as { level?: string };
  if (level === 'client-authentication') return loginRefused(settings, login.names, login.skipped, error);
  return connectionFailed(settings, reasonOf(error), error);
}
