import type Docker from 'dockerode';
import { RexError } from '../../../../core/errors.ts';

/** The engine's client. */
export type { default as Docker } from 'dockerode';

let loaded: Promise<typeof Docker> | undefined;

/** Loads the optional package. @throws DEPENDENCY_MISSING that names the install command */
export function loadDockerode(): Promise<typeof Docker> {
  loaded ??= import('dockerode').then(
    (module) => module.default,
    (cause: unknown) => {
      loaded = undefined;
      const context = { dependency: 'dockerode', install: 'npm install dockerode' };
      const hint = `Run \`${context.install}\`.`;
      throw new RexError('DEPENDENCY_MISSING', 'a Docker deployment needs the package dockerode', context, {
        hint,
        cause,
      });
    },
  );
  return loaded;
}
