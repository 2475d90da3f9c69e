import type { Attributes, FileEntry, InputAttributes, SFTPWrapper, Stats } from 'ssh2';
import type { Connection } from '../link/connection.ts';
import type { Link } from '../link/link.ts';
import type { Lease } from '../link/link-pool.ts';
import { outcomeUnknown } from '../link/ssh-errors.ts';

/** A file that is open at the far end. */
export type FarFile = Buffer;

type Done<Value> = (error: Error | null | undefined, value: Value) => void;

/** The file transfer subsystem of a host, as promises. A request that the link cuts off rejects with OUTCOME_UNKNOWN. */
export class SftpSession {
  readonly #sftp: SFTPWrapper;
  readonly #link: Link;

  private constructor(sftp: SFTPWrapper, link: Link) {
    this.#sftp = sftp;
    this.#link = link;
  }

  /** Opens a session. @throws UNSUPPORTED where the host has no such subsystem */
  static async open(connection: Connection, onClose: () => void): Promise<SftpSession> {
    const { channel, lease } = await connection.channel<SFTPWrapper>((link) => link.sftp());
    return SftpSession.#of(channel, lease, onClose);
  }

  static #of(sftp: SFTPWrapper, lease: Lease<Link>, onClose: () => void): SftpSession {
    sftp.on('error', () => {});
    sftp.once('close', () => {
      lease.release();
      onClose();
    });
    return new SftpSession(sftp, lease.link);
  }

  stat(path: string): Promise<Stats> {
    return this.#ask('stat', (done) => this.#sftp.stat(path, done));
  }

  lstat(path: string): Promise<Stats> {
    return this.#ask('stat', (done) => this.#sftp.lstat(path, done));
  }

  realPath(path: string): Promise<string> {
    return this.#ask('find the real path', (done) => this.#sftp.realpath(path, done));
  }

  readLink(path: string): Promise<string> {
    return this.#ask('read a link', (done) => this.#sftp.readlink(path, done));
  }

  list(path: string): Promise<FileEntry[]> {
    return this.#ask('list', (done) => this.#sftp.readdir(path, done));
  }

  unlink(path: string): Promise<void> {
    return this.#ask('remove', (done) => this.#sftp.unlink(path, (error) => done(error, undefined)));
  }

  makeDirectory(path: string): Promise<void> {
    return this.#ask('mkdir', (done) => this.#sftp.mkdir(path, (error) => done(error, undefined)));
  }

  /** Moves; a file in the way is replaced in the same step (an extension of OpenSSH). */
  replace(from: string, to: string): Promise<void> {
    return this.#ask('rename', (done) =>
      this.#sftp.ext_openssh_rename(from, to, (error) => done(error as Error | undefined, undefined)),
    );
  }

  chmod(path: string, mode: number): Promise<void> {
    return this.#ask('chmod', (done) => this.#sftp.chmod(path, mode, (error) => done(error, undefined)));
  }

  open(path: string, flags: 'r' | 'r+' | 'wx' | 'a', mode?: number): Promise<FarFile> {
    const attributes: InputAttributes = mode === undefined ? {} : { mode };
    return this.#ask('open', (done) => this.#sftp.open(path, flags, attributes, done));
  }

  close(file: FarFile): Promise<void> {
    return this.#ask('close', (done) => this.#sftp.close(file, (error) => done(error, undefined)));
  }

  setAttributes(file: FarFile, attributes: Partial<Attributes>): Promise<void> {
    return this.#ask('change attributes', (done) =>
      this.#sftp.fsetstat(file, attributes as InputAttributes, (error) => done(error, undefined)),
    );
  }

  /** Reads up to the whole buffer; gives the bytes read, 0 at the end of the file. */
  read(file: FarFile, buffer: Buffer, position: number): Promise<number> {
    return this.#ask('read', (done) =>
      this.#sftp.read(file, buffer, 0, buffer.length, position, (error, count) =>
        isEnd(error) ? done(undefined, 0) : done(error, count),
      ),
    );
  }

  write(file: FarFile, data: Uint8Array, position: number): Promise<void> {
    const buffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    return this.#ask('write', (done) =>
      this.#sftp.write(file, buffer, 0, buffer.length, position, (error) => done(error, undefined)),
    );
  }

  /** Ends the session. */
  end(): void {
    this.#sftp.end();
  }

  #ask<Value>(operation: string, start: (done: Done<Value>) => void): Promise<Value> {
    return new Promise((resolve, reject) => {
      const done: Done<Value> = (error, value) => {
        if (!error) resolve(value);
        else if (isStatus(error)) reject(error);
        else reject(outcomeUnknown(operation, this.#link.reason ?? error.message));
      };
      try {
        start(done);
      } catch (error) {
        // An extension that the server does not offer.
        reject(Object.assign(error as Error, { code: statusUnsupported }));
      }
    });
  }
}

const statusUnsupported = 8;

/** True for an answer of the server that says no, in contrast to no answer. */
export function isStatus(error: unknown): error is Error & { readonly code: number } {
  return error instanceof Error && typeof (error as { code?: unknown }).code === 'number';
}

/** True for the server's "no such file". */
export function isMissing(error: unknown): boolean {
  return isStatus(error) && error.code === 2;
}

function isEnd(error: unknown): boolean {
  return isStatus(error) && error.code === 1;
}
