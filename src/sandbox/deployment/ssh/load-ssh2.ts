import { RexError } from '../../../core/errors.ts';

/** The package `ssh2`. */
export type Ssh2 = typeof import('ssh2');

let loaded: Promise<Ssh2> | undefined;

/** Loads `ssh2` at the first connection. @throws DEPENDENCY_MISSING */
export function loadSsh2(): Promise<Ssh2> {
  loaded ??= import('ssh2').then(
    (module) => ('default' in module ? (module.default as Ssh2) : module),
    (cause: unknown) => {
      loaded = undefined;
      const context = { dependency: 'ssh2', install: 'npm install ssh2' };
      const hint = 'Run `npm install ssh2`.';
      throw new RexError('DEPENDENCY_MISSING', 'SSH needs the package ssh2', context, { hint, cause });
    },
  );
  return loaded;
}
