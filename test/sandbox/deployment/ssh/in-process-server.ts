import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type ServerChannel, type Connection as ServerConnection, type Session } from 'ssh2';
import type { SshDeploymentOptions } from '../../../../src/sandbox/deployment/ssh/ssh-options.ts';

/** A server in this process, for what a real one never does. */
export interface InProcessServer extends AsyncDisposable {
  /** Options that log in to it. */
  readonly options: SshDeploymentOptions;
  /** Commands that were asked for. */
  readonly commands: string[];
  /** Drops every connection. */
  drop(): void;
}

/** How the server treats sessions; default: it runs commands, and has no file transfer. */
export interface InProcessBehaviour {
  /** Answers a session; default: {@link runCommands}. */
  readonly onSession?: (session: Session, commands: string[]) => void;
  /** Refuses a channel of a connection that has this many. Default: none. */
  readonly maximumChannels?: number;
}

/** Runs what is asked for by the shell of this machine. */
export function runCommands(session: Session, commands: string[]): void {
  session.on('exec', (accept, _reject, { command }) => {
    commands.push(command);
    serveCommand(accept(), command);
  });
  session.on('sftp', (_accept, reject) => reject());
}

function serveCommand(channel: ServerChannel, command: string): void {
  const child = spawn('/bin/sh', ['-c', command], { stdio: 'pipe' });
  channel.pipe(child.stdin);
  child.stdin.on('error', () => {});
  child.stdout.on('data', (data: Buffer) => channel.write(data));
  child.stderr.on('data', (data: Buffer) => channel.stderr.write(data));
  channel.on('close', () => child.kill('SIGKILL'));
  child.on('close', (code, signal) => {
    if (signal) channel.exit(signal.slice(3));
    else channel.exit(code ?? 0);
    channel.end();
  });
}

/** Starts the server; every key of this machine's user is private to it. */
export async function startInProcess(behaviour: InProcessBehaviour = {}): Promise<InProcessServer> {
  const { onSession = runCommands, maximumChannels = Number.POSITIVE_INFINITY } = behaviour;
  const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-in-process-'));
  const hostKey = ssh2.utils.generateKeyPairSync('ed25519');
  const commands: string[] = [];
  const connections = new Set<ServerConnection>();
  const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (connection) => {
    connections.add(connection);
    connection.on('error', () => {}).on('close', () => connections.delete(connection));
    connection.on('authentication', (attempt) =>
      attempt.method === 'password' && attempt.password === 'open' ? attempt.accept() : attempt.reject(['password']),
    );
    let channels = 0;
    connection.on('session', (accept, reject) => {
      if (++channels > maximumChannels) return void reject();
      const session = accept();
      session.on('close', () => channels--);
      onSession(session, commands);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const knownHosts = join(directory, 'known_hosts');
  const [type, key] = hostKey.public.split(' ');
  await writeFile(knownHosts, `[127.0.0.1]:${port} ${type} ${key}\n`);
  const drop = (): void => {
    for (const connection of connections) connection.end();
  };
  return {
    options: {
      host: '127.0.0.1',
      port,
      user: 'anybody',
      password: 'open',
      identityFiles: [],
      agent: false,
      configFile: false,
      knownHostsFiles: [knownHosts],
      channelTimeoutMs: 5_000,
    },
    commands,
    drop,
    [Symbol.asyncDispose]: async () => {
      drop();
      server.close();
      await rm(directory, { recursive: true });
    },
  };
}
