import { execFile } from 'node:child_process';
import { accessSync, constants, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RexError } from '../../../core/errors.ts';

/** Where the programs that make a sandbox lie, and what they can do. */
export interface SandboxPrograms {
  readonly bubblewrap: string;
  readonly shell: string;
  /** Drops root; undefined for an ordinary user. */
  readonly setpriv: string | undefined;
  /** Sets limits inside; undefined where it is not installed. */
  readonly prlimit: string | undefined;
  /** GNU env, which gives signals their default meaning again; undefined where it cannot. */
  readonly env: string | undefined;
  /** Whether bubblewrap knows `--disable-userns`. */
  readonly canDisableUserNamespaces: boolean;
}

const searchPath = [...(process.env.PATH ?? '').split(':'), '/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'];

/**
 * Finds the programs.
 * @param leaked descriptors that the way in must close; only bash can close every number.
 * @throws DEPENDENCY_MISSING, UNSUPPORTED on systems other than Linux
 */
export async function findPrograms(leaked: readonly number[]): Promise<SandboxPrograms> {
  if (process.platform !== 'linux') {
    const hint = "Use `isolation: 'none'`, or a container.";
    throw new RexError('UNSUPPORTED', 'bubblewrap needs Linux', { feature: 'bubblewrap' }, { hint });
  }
  const bubblewrap = requireProgram('bwrap', 'bubblewrap');
  const env = findProgram('env');
  const [bubblewrapHelp, envHelp] = await Promise.all([readHelp(bubblewrap), env ? readHelp(env) : '']);
  return {
    bubblewrap,
    shell: leaked.length > 0 ? requireProgram('bash', 'bash') : requireProgram('sh', 'dash'),
    setpriv: process.geteuid?.() === 0 ? requireProgram('setpriv', 'util-linux') : undefined,
    prlimit: findProgram('prlimit'),
    env: envHelp.includes('--default-signal') ? env : undefined,
    canDisableUserNamespaces: bubblewrapHelp.includes('--disable-userns'),
  };
}

/** Full path of a program, or undefined. */
export function findProgram(name: string): string | undefined {
  for (const directory of searchPath) {
    if (!directory.startsWith('/')) continue;
    try {
      const path = join(directory, name);
      accessSync(path, constants.X_OK);
      return join(realpathSync(directory), name);
    } catch {}
  }
  return undefined;
}

/** Full path of a program. @throws DEPENDENCY_MISSING that names the command which installs it */
export function requireProgram(name: string, packageName: string): string {
  const found = findProgram(name);
  if (found) return found;
  const install = `apt-get install ${packageName}`;
  throw new RexError(
    'DEPENDENCY_MISSING',
    `the sandbox needs the program ${name}`,
    { dependency: name, install },
    { hint: `Run \`${install}\`, or use \`isolation: 'none'\`.` },
  );
}

async function readHelp(program: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program, ['--help']).catch(() => ({ stdout: '', stderr: '' }));
  return stdout + stderr;
}
