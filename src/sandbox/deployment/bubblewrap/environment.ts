import { isReachable, sandboxTemporary } from './build-view.ts';
import { type Identity, ownIdentity } from './identity.ts';
import type { View } from './region.ts';

/** Variables that a sandbox takes over: language, terminal, certificates and where tools are installed; no secrets. */
const takenOver =
  /^(LANG|LANGUAGE|LC_\w+|TZ|TERM|COLORTERM|NO_COLOR|FORCE_COLOR|CI|SSL_CERT_(FILE|DIR)|(REQUESTS_CA|CURL_CA)_BUNDLE|NODE_EXTRA_CA_CERTS|GIT_SSL_CAINFO|JAVA_HOME|GOROOT|PYENV_ROOT|RUSTUP_HOME|VIRTUAL_ENV)$/;

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The environment of everything in a sandbox: a few harmless variables of this process, PATH without the directories
 * that the sandbox cannot reach, HOME and TMPDIR in its own `/tmp`, then the caller's additions (`undefined` removes).
 */
export async function sandboxEnvironment(
  view: View,
  identity: Identity,
  additions: Readonly<Record<string, string | undefined>>,
): Promise<Record<string, string>> {
  const own = Object.entries(process.env).filter(([name]) => takenOver.test(name));
  const env: Record<string, string | undefined> = {
    TERM: 'dumb',
    SHLVL: '1',
    ...Object.fromEntries(own),
    PATH: await reachablePath(view, identity),
    HOME: `${sandboxTemporary}/home`,
    TMPDIR: sandboxTemporary,
    ...additions,
  };
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

async function reachablePath(view: View, identity: Identity): Promise<string> {
  const directories = (process.env.PATH ?? defaultPath).split(':').filter((directory) => directory.startsWith('/'));
  const foreign = identity.uid !== ownIdentity().uid;
  const kept = await Promise.all(
    directories.map(async (directory) => {
      if (view.of(directory).access === 'hidden') return false;
      return !foreign || (await isReachable(directory, identity).catch(() => false));
    }),
  );
  return directories.filter((_, index) => kept[index]).join(':') || defaultPath;
}
