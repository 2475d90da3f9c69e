import { constants, type Stats } from 'node:fs';
import { access, readFile, realpath, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { invalidArgument } from '../../../core/errors.ts';
import { homeSecrets, kernelSecrets, kernelSettings, neededBelowRun, systemSecrets } from './hidden-paths.ts';
import { type Identity, isPermitted, ownIdentity, permission } from './identity.ts';
import { isWithin, type Region, View } from './region.ts';

/** Which files a sandbox sees. */
export interface ViewOptions {
  /** Real path of the workspace. */
  readonly workspace: string;
  /** Directory of this machine that appears as `/tmp`. */
  readonly temporary: string;
  readonly identity: Identity;
  readonly readOnlyPaths: readonly string[];
  readonly writablePaths: readonly string[];
  readonly hiddenPaths: readonly string[];
}

/** Where the private temporary directory appears. */
export const sandboxTemporary = '/tmp';

/**
 * The table of what a sandbox sees: everything to read, the workspace and `/tmp` to write, the caller's additions, and
 * nothing where this machine keeps sockets, keys and tokens that the sandbox's user could otherwise read.
 * @throws INVALID_ARGUMENT for a path that does not exist or cannot play its part.
 */
export async function buildView(options: ViewOptions): Promise<View> {
  const temporary = await realpath(sandboxTemporary);
  const given: Region[] = [
    { path: options.workspace, source: options.workspace, access: 'write', directory: true },
    ...(await givenRegions('writablePaths', options.writablePaths, 'write')),
    ...(await givenRegions('readOnlyPaths', options.readOnlyPaths, 'read')),
  ];
  const around = given.find(({ path, access }) => access === 'write' && isWithin(options.temporary, path));
  if (around) {
    const argument = around.path === options.workspace ? 'workspace' : 'writablePaths';
    throw invalidArgument(argument, 'a path that does not hold the directory for temporary files', around.path);
  }
  const regions: Region[] = [
    { path: '/', source: '/', access: 'read', directory: true },
    { path: '/proc', source: '/proc', access: 'proc', directory: true },
    ...(options.identity.uid === 0 ? await kernelRegions() : []),
    { path: '/dev', source: '/dev', access: 'dev', directory: true },
    { path: temporary, source: options.temporary, access: 'write', directory: true },
    ...given,
  ];
  for (const path of [...systemSecrets, tmpdir(), ...(await homeSecretPaths(options.identity))]) {
    const secret = await findSecret(path, options.identity);
    if (secret && !isSettled(secret.path, regions, temporary)) regions.push(secret);
  }
  if (regions.some(({ path, access }) => path === '/run' && access === 'hidden')) {
    for (const path of neededBelowRun) regions.push(...(await existingRegion(path, 'read')));
  }
  for (const path of options.hiddenPaths) regions.push(...(await existingRegion(resolve(path), 'hidden')));
  return new View(regions);
}

async function kernelRegions(): Promise<Region[]> {
  const settings = kernelSettings.map((path) => existingRegion(path, 'read'));
  const secrets = kernelSecrets.map((path) => existingRegion(path, 'hidden'));
  return (await Promise.all([...settings, ...secrets])).flat();
}

/** Whether a path is given by the caller, or nothing of this machine shows there anyway. */
function isSettled(path: string, regions: readonly Region[], temporary: string): boolean {
  const region = new View(regions).of(path);
  return region.path === path || region.access === 'hidden' || region.path === temporary;
}

async function givenRegions(name: string, paths: readonly string[], access: 'read' | 'write'): Promise<Region[]> {
  const found = await Promise.all(paths.map((path) => existingRegion(resolve(path), access)));
  return found.map(([region], index) => {
    if (!region) throw invalidArgument(name, 'paths that exist', paths[index]);
    return region;
  });
}

async function existingRegion(path: string, access: Region['access']): Promise<Region[]> {
  try {
    const source = await realpath(path);
    return [{ path: source, source, access, directory: (await stat(source)).isDirectory() }];
  } catch {
    return [];
  }
}

/** The hidden region for a place, if it exists and the sandbox's user could look into it. */
async function findSecret(path: string, identity: Identity): Promise<Region | undefined> {
  const [region] = await existingRegion(path, 'hidden');
  if (!region || !(await isReachable(region.path, identity))) return undefined;
  const wanted = region.directory ? permission.search : permission.read;
  return (await canUse(region.path, await stat(region.path), identity, wanted)) ? region : undefined;
}

/** Whether a user can get as far as a path: every directory above it lets it pass. */
export async function isReachable(path: string, identity: Identity): Promise<boolean> {
  for (let parent = dirname(path); ; parent = dirname(parent)) {
    if (!(await canUse(parent, await stat(parent), identity, permission.search))) return false;
    if (parent === dirname(parent)) return true;
  }
}

async function canUse(path: string, file: Stats, identity: Identity, wanted: 1 | 4): Promise<boolean> {
  if (identity.uid !== ownIdentity().uid || identity.uid === 0) return isPermitted(identity, file, wanted);
  const mode = wanted === permission.search ? constants.X_OK : constants.R_OK;
  const answer = await access(path, mode).catch(() => 'no');
  return answer !== 'no';
}

async function homeSecretPaths(identity: Identity): Promise<string[]> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const entry = passwd.split('\n').find((line) => line.split(':')[2] === String(identity.uid));
  const homes = new Set([homedir(), entry?.split(':')[5] ?? homedir()]);
  return [...homes].flatMap((home) => homeSecrets.map((name) => join(home, name)));
}
