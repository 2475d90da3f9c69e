import { posix } from 'node:path';
import { deferred } from '../../../core/deferred.ts';
import { RexError } from '../../../core/errors.ts';
import type { FileSystem } from '../../files/file-system.ts';
import type { Ask } from '../../target/files/ask.ts';
import { ShellFiles } from '../../target/files/shell-files.ts';
import type { OpenStreamOptions, Target, TargetStream } from '../../target/target.ts';
import { commandText } from './command-text.ts';
import { urlOf } from './config/host-settings.ts';
import { resolveRoute } from './config/resolve-route.ts';
import { SftpFiles } from './files/sftp-files.ts';
import { SftpSession } from './files/sftp-session.ts';
import { Connection } from './link/connection.ts';
import type { SshDeploymentOptions } from './ssh-options.ts';
import type { SshStream } from './ssh-stream.ts';

/** An account on a host with an SSH server. Links that were cut are made again by the next call. */
export class SshTarget implements Target {
  readonly name: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The way there. */
  readonly connection: Connection;
  readonly #lost = deferred<string>();
  #gone: string | undefined;
  #session: Promise<SftpSession> | undefined;

  private constructor(connection: Connection, cwd: string, env: Readonly<Record<string, string>>) {
    this.connection = connection;
    this.name = nameOf(connection);
    this.cwd = cwd;
    this.env = env;
  }

  files(ask: Ask): FileSystem {
    const session = () => this.#openSession();
    return new SftpFiles({ session, shell: new ShellFiles(this, { ask }), cwd: this.cwd });
  }

  /**
   * Connects, and looks whether a shell is there; nothing is left open when it rejects.
   * @throws CONNECTION_FAILED, HOST_KEY_REFUSED, UNAUTHORIZED, COMMAND_NOT_STARTED, INVALID_ARGUMENT, UNSUPPORTED
   */
  static async connect(options: SshDeploymentOptions, signal?: AbortSignal): Promise<SshTarget> {
    const connection = new Connection(await resolveRoute(options), options);
    try {
      const home = await findHome(connection, signal);
      const cwd = posix.resolve(home, options.cwd?.replace(/^~(?=\/|$)/, '.') ?? '.');
      return new SshTarget(connection, cwd, options.env ?? {});
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  get lost(): Promise<string> {
    return this.#lost.promise;
  }

  gone(): string | undefined {
    return this.#gone;
  }

  async open(script: string, options: OpenStreamOptions = {}): Promise<TargetStream> {
    return await openStream(this.connection, script, options);
  }

  /** Closes every connection; idempotent. */
  close(): void {
    this.#gone ??= 'the connection is closed';
    this.#lost.resolve(this.#gone);
    this.connection.close();
  }

  #openSession(): Promise<SftpSession> {
    if (this.#session) return this.#session;
    const forget = (): void => {
      if (this.#session === opening) this.#session = undefined;
    };
    const opening: Promise<SftpSession> = SftpSession.open(this.connection, forget);
    this.#session = opening;
    // A host without file transfer is not asked again; any other failure may pass.
    opening.catch((error: unknown) => RexError.is(error, 'UNSUPPORTED') || forget());
    return opening;
  }
}

async function openStream(connection: Connection, script: string, options: OpenStreamOptions): Promise<SshStream> {
  const call = options.signal ? { signal: options.signal } : {};
  const command = commandText(script);
  const { channel, lease } = await connection.channel((link) => link.exec(command, options.terminal, call), call);
  void channel.ended.then(lease.release);
  return channel;
}

/** The directory where the account's programs start. @throws COMMAND_NOT_STARTED where no shell answers */
async function findHome(connection: Connection, signal: AbortSignal | undefined): Promise<string> {
  const stream = await openStream(connection, 'cd && pwd -P || pwd -P', signal ? { signal } : {});
  const output = { stdout: '', stderr: '' };
  stream.onOutput = (name, data) => {
    output[name] += Buffer.from(data).toString();
  };
  stream.closeInput();
  const { exitCode, lost } = await stream.ended;
  // A start-up file of the shell may print something first.
  const home = output.stdout.trimEnd().split('\n').at(-1) ?? '';
  if (exitCode === 0 && home.startsWith('/')) return home;
  const said = `${output.stdout}${output.stderr}`.trim().slice(0, 500);
  const reason = lost ?? (said === '' ? `exit code ${exitCode}` : said);
  const hint = 'The account needs a POSIX shell: accounts for file transfer only, or with a forced command, have none.';
  const context = { command: 'pwd', errno: undefined };
  throw new RexError('COMMAND_NOT_STARTED', `${nameOf(connection)} runs no commands: ${reason}`, context, { hint });
}

function nameOf({ settings }: Connection): string {
  return urlOf(settings).replace('://', ' ');
}
