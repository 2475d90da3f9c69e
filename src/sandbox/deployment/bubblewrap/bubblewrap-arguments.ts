import type { Region, View } from './region.ts';

/** What a sandbox is apart from its files. */
export interface SandboxShape {
  /** Loopback alone, or the machine's network. */
  readonly network: 'none' | 'full';
  /** Forbids user namespaces inside the sandbox, and with them a whole class of kernel bugs. */
  readonly disableUserNamespaces: boolean;
}

/** Bubblewrap's arguments that are the same for every command of a sandbox. */
export function sandboxArguments(shape: SandboxShape, view: View): string[] {
  const hiddenDirectories = view.regions.filter(({ access, directory }) => access === 'hidden' && directory);
  return [
    '--unshare-all',
    '--unshare-user',
    ...(shape.network === 'full' ? ['--share-net'] : []),
    ...(shape.disableUserNamespaces ? ['--disable-userns'] : []),
    '--die-with-parent',
    ...['--cap-drop', 'ALL'],
    ...view.regions.flatMap(mount),
    ...hiddenDirectories.flatMap(({ path }) => ['--remount-ro', path]),
  ];
}

/** Bubblewrap's arguments of one command: its whole environment and its directory. */
export function commandArguments(env: Readonly<Record<string, string>>, cwd: string): string[] {
  const variables = Object.entries(env).flatMap(([name, value]) => ['--setenv', name, value]);
  return ['--clearenv', ...variables, '--chdir', cwd];
}

function mount({ path, source, access, directory }: Region): string[] {
  switch (access) {
    case 'read':
      return ['--ro-bind', source, path];
    case 'write':
      return ['--bind', source, path];
    case 'proc':
      return ['--proc', path];
    case 'dev':
      return ['--dev', path];
    case 'hidden':
      return directory ? ['--tmpfs', path] : ['--ro-bind', '/dev/null', path];
  }
}
