import { once } from 'node:events';
import { closeSync, constants, fstatSync, openSync, readdirSync, writeSync } from 'node:fs';
import type { ReadStream } from 'node:tty';
import { deferred } from '../../core/deferred.ts';
import { invalidArgument, RexError } from '../../core/errors.ts';
import type { TerminalSize } from './command.ts';
import { makeToken, TokenScanner } from './token-scanner.ts';

/** The part of `@lydell/node-pty` that is used: a pair of terminal ends, without a process. */
interface PtyModule {
  open(options: { cols: number; rows: number; encoding: null }): {
    readonly master: ReadStream;
    readonly slave: ReadStream;
    readonly ptsName: string;
    resize(columns: number, rows: number): void;
  };
}

const packageName = '@lydell/node-pty';
let loaded: Promise<PtyModule> | undefined;

/** Loads the optional terminal package. @throws DEPENDENCY_MISSING that names the install command. */
function loadPackage(): Promise<PtyModule> {
  loaded ??= import(packageName).then(
    (module) => ('open' in module ? module : module.default) as PtyModule,
    (cause: unknown) => {
      loaded = undefined;
      const install = `npm install ${packageName}`;
      throw new RexError(
        'DEPENDENCY_MISSING',
        `a pseudo-terminal needs the package ${packageName}`,
        { dependency: packageName, install },
        { hint: `Run \`${install}\`, or leave \`pty\` off.`, cause },
      );
    },
  );
  return loaded;
}

/** Size that `true` means, and check of one that is given. @throws INVALID_ARGUMENT */
export function toTerminalSize(pty: true | TerminalSize): TerminalSize {
  const size = pty === true ? { columns: 80, rows: 24 } : pty;
  for (const [name, value] of [
    ['columns', size.columns],
    ['rows', size.rows],
  ] as const) {
    if (!Number.isInteger(value) || value < 1 || value > 65535) {
      throw invalidArgument(`pty.${name}`, 'a whole number from 1 to 65535', value);
    }
  }
  return size;
}

/** A pseudo-terminal: our end, and the path of the end that programs open. */
export interface Terminal extends Disposable {
  readonly path: string;
  /** Sends what is typed; false once it is closed. */
  write(data: Uint8Array): Promise<boolean>;
  resize(size: TerminalSize): void;
  /** Resolves when everything that was printed before the call has been delivered. */
  drain(): Promise<void>;
}

/**
 * Opens a pseudo-terminal and delivers what is printed on it. It stays open until disposed, whoever else closes it: the
 * kernel would drop the last of the output otherwise.
 * @throws DEPENDENCY_MISSING, INVALID_ARGUMENT
 */
export async function openTerminal(size: TerminalSize, listener: (data: Uint8Array) => void): Promise<Terminal> {
  const { open } = await loadPackage();
  const pair = open({ cols: size.columns, rows: size.rows, encoding: null });
  const { master } = pair;
  const own = openSync(pair.ptsName, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  pair.slave.destroy();
  await once(pair.slave, 'close');
  closeOthers(own);
  const drained = deferred<void>();
  let scanner: TokenScanner | undefined;
  let over = false;
  master.on('error', () => {});
  master.on('data', (data: Buffer) => {
    if (over) return;
    const { before, after } = scanner?.scan(data) ?? { before: data, after: undefined };
    if (before.length > 0) listener(before);
    if (after === undefined) return;
    over = true;
    drained.resolve();
  });
  let closed = false;
  return {
    path: pair.ptsName,
    write: (data) =>
      closed ? Promise.resolve(false) : new Promise((resolve) => master.write(data, (error) => resolve(!error))),
    resize: ({ columns, rows }) => {
      if (!closed) pair.resize(columns, rows);
    },
    drain: () => {
      if (scanner) return drained.promise;
      const token = makeToken();
      scanner = new TokenScanner(token);
      writeWhenPossible(own, Buffer.from(token, 'latin1'), () => closed);
      return drained.promise;
    },
    [Symbol.dispose]: () => {
      if (closed) return;
      closed = true;
      master.destroy();
      closeSync(own);
      drained.resolve();
    },
  };
}

/**
 * Closes the descriptors of a terminal's end besides `own`: a stream on a terminal opens it again for itself, and leaves
 * the descriptor it was given.
 */
function closeOthers(own: number): void {
  const device = fstatSync(own).rdev;
  const near = Array.from({ length: 33 }, (_, index) => own - 16 + index);
  if (near.some((descriptor) => closeIf(descriptor, own, device)) || process.platform !== 'linux') return;
  for (const name of readdirSync('/proc/self/fd')) closeIf(Number(name), own, device);
}

function closeIf(descriptor: number, own: number, device: number): boolean {
  if (descriptor < 3 || descriptor === own) return false;
  try {
    const facts = fstatSync(descriptor);
    if (!facts.isCharacterDevice() || facts.rdev !== device) return false;
    closeSync(descriptor);
    return true;
  } catch {
    return false;
  }
}

/** Writes to a terminal that may be full for the moment. */
function writeWhenPossible(descriptor: number, data: Uint8Array, givenUp: () => boolean): void {
  if (givenUp()) return;
  let written = 0;
  try {
    written = writeSync(descriptor, data);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
  }
  if (written < data.length) setImmediate(() => writeWhenPossible(descriptor, data.subarray(written), givenUp));
}
