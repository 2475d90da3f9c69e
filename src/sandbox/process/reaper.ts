import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { treeVariable } from './end-tree.ts';

const script = `
trap '' HUP INT QUIT TERM
read -r ignored
while :; do
  found=
  for file in $(grep -ls "$1" /proc/[0-9]*/environ 2>/dev/null); do
    pid=\${file#/proc/}; pid=\${pid%/environ}
    kill -9 "$pid" 2>/dev/null && found=yes
  done
  [ -n "$found" ] || exit 0
  sleep 0.02
done`;

/**
 * Ends every process that carries a mark when this process dies, even by SIGKILL: a small shell that waits for its
 * pipe to close. Only Linux can find processes by their environment; elsewhere it does nothing.
 */
export class Reaper implements Disposable {
  readonly #mark: string;
  #shell: ChildProcess | undefined;

  /** @param mark prefix of the marks to look for. */
  constructor(mark: string) {
    this.#mark = mark;
  }

  /** Starts the watch; idempotent. The watch never keeps the event loop alive. */
  start(): void {
    if (this.#shell || process.platform !== 'linux') return;
    const shell = spawn('/bin/sh', ['-c', script, 'hrm-rex-reaper', `${treeVariable}=${this.#mark}`], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      cwd: '/',
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
    });
    shell.on('error', () => {});
    shell.stdin?.on('error', () => {});
    shell.unref();
    (shell.stdin as Socket | null)?.unref();
    this.#shell = shell;
  }

  [Symbol.dispose](): void {
    this.#shell?.kill('SIGKILL');
    this.#shell?.stdin?.destroy();
    this.#shell = undefined;
  }
}
