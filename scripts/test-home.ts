import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the tools that tests use keep what they need, below the user's home. */
const places = {
  CARGO_HOME: '.cargo',
  GIT_CONFIG_GLOBAL: '.gitconfig',
  GOPATH: 'go',
  npm_config_cache: '.npm',
  npm_config_userconfig: '.npmrc',
  RUSTUP_HOME: '.rustup',
  XDG_CACHE_HOME: '.cache',
  XDG_CONFIG_HOME: '.config',
} as const;

/** An empty home: what the user's shell does at its start is no part of a test. Tools find their places as before. */
export function makeHome(): Disposable & { readonly env: NodeJS.ProcessEnv } {
  const old = homedir();
  const home = makeDirectory(old) ?? mkdtempSync(join(tmpdir(), 'hrm-rex-home-'));
  const kept = Object.entries(places).map(([name, place]) => [name, process.env[name] ?? join(old, place)]);
  return {
    env: { ...Object.fromEntries(kept), HOME: home },
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** Beside the user's own where that can be written, so that it is where homes are. */
function makeDirectory(parent: string): string | undefined {
  try {
    return mkdtempSync(join(parent, '.hrm-rex-test-'));
  } catch {
    return undefined;
  }
}
