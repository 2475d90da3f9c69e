import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, told apart from every other one of every machine, also from a later one with the same number. */
export interface Owner {
  /** The machine and the process namespace, hashed. */
  readonly host: string;
  /** The machine's run since it was switched on; `''` where it is not known. */
  readonly boot: string;
  readonly pid: number;
  /** When the process started, in the system's own units. */
  readonly startedAt: string;
}

/** What tells whether an owner is alive; replaced in tests. */
export interface OwnerView {
  readonly self: Owner;
  /** Start of a process of this machine, or undefined when there is none of this number. */
  readonly startOf: (pid: number) => string | undefined;
}

/** This process, and how it sees others. */
export function systemView(): OwnerView {
  view ??= {
    self: { host: hostIdentity(), boot: bootIdentity(), pid: process.pid, startedAt: startOf(process.pid) ?? '' },
    startOf,
  };
  return view;
}

let view: OwnerView | undefined;

/** The text of a label. */
export function encodeOwner({ host, boot, pid, startedAt }: Owner): string {
  return `${host}/${boot}/${pid}/${startedAt}`;
}

/** The owner that a label names; undefined for any other text. */
export function decodeOwner(label: string): Owner | undefined {
  const found = /^([0-9a-f]+)\/([0-9a-f]*)\/(\d+)\/([^/]*)$/.exec(label);
  if (!found) return undefined;
  const [, host, boot, pid, startedAt] = found as unknown as [string, string, string, string, string];
  return { host, boot, pid: Number(pid), startedAt };
}

/**
 * Whether the owner is certain to be gone: a process of this machine that is no longer there. An owner of another machine is
 * nobody we can judge. `isLocal` says that the engine is this machine's, so that an owner before a restart of the machine is
 * its own, too.
 */
export function isOwnerGone(owner: Owner, { self, startOf }: OwnerView, isLocal: boolean): boolean {
  if (owner.host !== self.host) return false;
  if (owner.boot !== self.boot) return isLocal && owner.boot !== '' && self.boot !== '';
  return startOf(owner.pid) !== owner.startedAt;
}

/** Machine and process namespace: a number means another process in another namespace. */
function hostIdentity(): string {
  const parts = [hostname(), read('/etc/machine-id'), readLink('/proc/self/ns/pid')];
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16);
}

function bootIdentity(): string {
  return read('/proc/sys/kernel/random/boot_id').replaceAll('-', '').slice(0, 16);
}

/** Field 22 of `/proc/PID/stat`: ticks since the boot. A zombie has ended. Elsewhere: what `ps` says. */
function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return startByPs(pid);
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return stat === '' || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

function startByPs(pid: number): string | undefined {
  try {
    const text = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return text === '' ? undefined : String(Date.parse(text) || text.replaceAll('/', '-'));
  } catch {
    return undefined;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
