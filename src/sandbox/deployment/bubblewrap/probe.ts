import { spawn } from 'node:child_process';
import { RexError } from '../../../core/errors.ts';
import type { Launch } from '../../process/isolation.ts';

/** What came of a trial: the exit code and what was printed on standard error. */
export interface TrialResult {
  readonly exitCode: number | null;
  readonly message: string;
  readonly pid: number;
}

/** Runs a launch to its end. */
export function runTrial({ argv: [program, ...rest], cwd, env }: Launch, signal: AbortSignal): Promise<TrialResult> {
  return new Promise((resolve, reject) => {
    const stdio: ['ignore', 'ignore', 'pipe'] = ['ignore', 'ignore', 'pipe'];
    const child = spawn(program, rest, { cwd, env, signal, stdio, detached: true, killSignal: 'SIGKILL' });
    let message = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      message += text;
    });
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, message: message.trim(), pid: child.pid ?? 0 }));
  });
}

/** The error for a sandbox in which not even `true` runs, with what to do about it. */
export function sandboxRefused({ exitCode, message }: TrialResult): RexError {
  const reason = message || `a first command ended with exit code ${exitCode}`;
  return new RexError(
    'DEPLOYMENT_START_FAILED',
    `the sandbox does not work here: ${reason}`,
    { deployment: 'local', reason },
    { hint: adviseOn(reason) },
  );
}

function adviseOn(reason: string): string {
  if (/namespace|uid map|No permissions|max_user_namespaces|clone/i.test(reason)) {
    return (
      'The kernel refuses user namespaces. Set `sysctl kernel.unprivileged_userns_clone=1` (Debian), ' +
      '`kernel.apparmor_restrict_unprivileged_userns=0` (Ubuntu) or `user.max_user_namespaces=15000` (others); in Docker ' +
      'add `--security-opt seccomp=unconfined --security-opt systempaths=unconfined`.'
    );
  }
  if (/bind|mount|source path|Permission denied/i.test(reason)) {
    return "The sandbox's user must be able to reach the workspace and every path of `writablePaths` and `readOnlyPaths`.";
  }
  return "Run the program `bwrap` by hand to see what the system refuses, or use `isolation: 'none'`.";
}
