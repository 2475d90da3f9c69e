import { readFileSync, writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { ControlGroup, LimitCounts } from '../control-group/control-group.ts';
import { describeLimit, type LimitName, type SandboxLimits } from './limits.ts';

/** What is kept of a launch until its end was told. */
interface LaunchRecord {
  /** What had been counted when limits were last told. */
  counts: LimitCounts;
}

/** Exit codes by which bubblewrap passes on that a limit per process ended the command. */
const signalExits: readonly (readonly [exitCode: number, limit: LimitName])[] = [
  [128 + constants.signals.SIGXCPU, 'cpuSeconds'],
  [128 + constants.signals.SIGXFSZ, 'fileSizeBytes'],
];

/** What runs in a sandbox: one argument file per launch, and one file per process in which the launch notes its end. */
export class LaunchRecords {
  readonly #directory: string;
  readonly #limits: SandboxLimits;
  readonly #group: ControlGroup | undefined;
  readonly #records = new Map<string, LaunchRecord>();

  constructor(directory: string, limits: SandboxLimits, group: ControlGroup | undefined) {
    this.#directory = directory;
    this.#limits = limits;
    this.#group = group;
  }

  /** Prepares a launch with its bubblewrap arguments, which only this user can read. */
  open(launch: string, bubblewrapArguments: readonly string[]): void {
    const text = bubblewrapArguments.map((argument) => `${argument}\0`).join('');
    writeFileSync(join(this.#directory, launch), text, { mode: 0o600, flag: 'wx' });
    this.#records.set(launch, { counts: this.#group?.open(launch) ?? {} });
  }

  /** The process that runs the command of a launch, known by the process that was started; undefined until there is one. */
  commandOf(pid: number): number | undefined {
    try {
      const init = /"child-pid": (\d+)/.exec(readFileSync(join(this.#directory, String(pid)), 'utf8'))?.[1];
      const children = readFileSync(`/proc/${init}/task/${init}/children`, 'latin1');
      return Number(children.split(' ')[0]) || undefined;
    } catch {
      return undefined;
    }
  }

  /** Which limits the launch of a process has hit since the last call, in words; what has ended is forgotten. */
  async failureReason(pid: number): Promise<string> {
    const status = await readFile(join(this.#directory, String(pid)), 'utf8').catch(() => '');
    const launch = status.slice(0, status.indexOf('\n'));
    const record = this.#records.get(launch);
    if (!record) return '';
    const counts = this.#group?.counts(launch) ?? {};
    const hit = this.#limitsOf(counts, record.counts, status);
    record.counts = counts;
    if (!isRunning(pid)) await this.#forget(launch, pid);
    return hit.map((name) => describeLimit(name, this.#limits)).join('; ');
  }

  #limitsOf(counts: LimitCounts, before: LimitCounts, status: string): LimitName[] {
    const exitCode = Number(/"exit-code": (\d+)/.exec(status)?.[1]);
    return [
      ...(['memoryBytes', 'processes'] as const).filter((name) => (counts[name] ?? 0) > (before[name] ?? 0)),
      ...signalExits.filter(([code, name]) => code === exitCode && this.#limits[name]).map(([, name]) => name),
    ];
  }

  async #forget(launch: string, pid: number): Promise<void> {
    this.#records.delete(launch);
    this.#group?.close(launch);
    await Promise.all([launch, String(pid)].map((name) => rm(join(this.#directory, name), { force: true })));
  }
}

/** Whether a process lives; one that has ended but was not collected does not. */
function isRunning(pid: number): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !/^[ZX]/.test(text.slice(text.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}
