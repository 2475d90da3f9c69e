import { spawn } from 'node:child_process';
import { Agent } from 'node:http';
import { Duplex } from 'node:stream';
import type { EngineAddress } from './address.ts';

type SshAddress = Extract<EngineAddress, { type: 'ssh' }>;

/**
 * Connections through `ssh HOST docker system dial-stdio`, as the docker CLI makes them: the user's ssh configuration, known
 * hosts and agent apply.
 */
export class SshAgent extends Agent {
  readonly #address: SshAddress;
  readonly #tunnels = new Set<SshTunnel>();

  constructor(address: SshAddress) {
    super({ keepAlive: false });
    this.#address = address;
  }

  override createConnection(): Duplex {
    const tunnel = new SshTunnel(this.#address);
    this.#tunnels.add(tunnel);
    tunnel.once('close', () => this.#tunnels.delete(tunnel));
    return tunnel;
  }

  override destroy(): void {
    for (const tunnel of this.#tunnels) tunnel.destroy();
    super.destroy();
  }
}

/** One ssh process as a connection: its output is what the engine sends. */
class SshTunnel extends Duplex {
  readonly #child;

  constructor({ destination, path }: SshAddress) {
    super({ allowHalfOpen: true });
    const remote = ['docker', ...(path === undefined ? [] : ['--host', `unix://${path}`]), 'system', 'dial-stdio'];
    const args = ['-T', '-o', 'ConnectTimeout=30', '-o', 'BatchMode=yes', ...destination, ...remote];
    const child = spawn('ssh', args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    let said = '';
    child.stderr.on('data', (data: Buffer) => {
      said = (said + data.toString()).slice(-2000);
    });
    child.stdin.on('error', () => {});
    child.stdout.on('data', (data: Buffer) => void (this.push(data) || child.stdout.pause()));
    child.once('error', (error) => this.destroy(error));
    child.once('close', (exitCode) => {
      if (exitCode === 0 || exitCode === null) this.push(null);
      else this.destroy(Object.assign(new Error(`ssh: ${said.trim() || `exit code ${exitCode}`}`), { code: 'ESSH' }));
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    // Where nobody reads any more, the end of ssh says why.
    this.#child.stdin.write(chunk, () => done());
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#child.stdin.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#child.kill();
    done(error);
  }

  /** For http, which sets these on its sockets. */
  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}
