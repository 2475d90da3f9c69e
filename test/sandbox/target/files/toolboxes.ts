import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { collectBytes } from '../../../../src/sandbox/files/streams.ts';
import type { Ask } from '../../../../src/sandbox/target/files/ask.ts';
import { ShellFiles } from '../../../../src/sandbox/target/files/shell-files.ts';
import { LocalTarget, type LocalTargetOptions } from '../local-target.ts';

/** A shell with the small tools that it finds. */
export interface Toolbox {
  readonly name: string;
  /** What is missing here, or undefined where the toolbox is there. */
  readonly missing: string | undefined;
  /** Shell and environment of a target that has nothing else. */
  readonly target: LocalTargetOptions;
  /** Times are kept to the second only. */
  readonly wholeSeconds: boolean;
}

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'hrm-rex-tools-')));
after(() => rmSync(directory, { recursive: true }));

/** The tools of this machine, which are GNU's on Linux. */
export const gnu: Toolbox = { name: 'GNU', missing: undefined, target: {}, wholeSeconds: false };

/** Nothing but busybox. */
export const busybox: Toolbox = busyboxTools();

/** Both. */
export const toolboxes: readonly Toolbox[] = [gnu, busybox];

const everyTool = 'cat chmod chown dd find head mkdir mv readlink rm rmdir sh stat tar touch'.split(' ');

/** The tools of this machine without some of them. */
export function gnuWithout(...tools: readonly string[]): Toolbox {
  const path = join(directory, `without-${tools.join('-')}`);
  mkdirSync(path);
  for (const tool of everyTool.filter((name) => !tools.includes(name))) symlinkSync(which(tool), join(path, tool));
  return { ...gnu, name: `GNU without ${tools.join(', ')}`, target: { base: { PATH: path } } };
}

/** A shell that is asked, once for each question. */
export function asker({ shell = ['/bin/sh', '-c'], base }: LocalTargetOptions): Ask {
  return async (script) => {
    assert.ok(!script.includes('\n'), 'a script is one line');
    const [program, ...rest] = [...shell, script];
    const child = spawn(program as string, rest, base === undefined ? {} : { env: { ...base } });
    const ended = new Promise<number>((settle) => child.once('close', (status) => settle(status ?? -1)));
    const [output, complaint, status] = await Promise.all([
      collectBytes(child.stdout),
      collectBytes(child.stderr),
      ended,
    ]);
    if (complaint.length > 0) throw new Error(`a script wrote to standard error: ${Buffer.from(complaint)}`);
    return { output, status };
  };
}

/** Files of this machine through a toolbox. */
export function filesOf(toolbox: Toolbox, cwd = '/tmp'): ShellFiles {
  return new ShellFiles(new LocalTarget({ ...toolbox.target, cwd }));
}

function busyboxTools(): Toolbox {
  const box = { name: 'busybox', target: {}, wholeSeconds: true };
  try {
    const program = which('busybox');
    const path = join(directory, 'busybox');
    mkdirSync(path);
    for (const applet of execFileSync(program, ['--list'], { encoding: 'utf8' }).trim().split('\n')) {
      symlinkSync(program, join(path, applet));
    }
    return { ...box, missing: undefined, target: { shell: [join(path, 'sh'), '-c'], base: { PATH: path } } };
  } catch {
    return { ...box, missing: 'busybox is not installed' };
  }
}

function which(tool: string): string {
  return execFileSync('/bin/sh', ['-c', 'command -v "$0"', tool], { encoding: 'utf8' }).trim();
}
