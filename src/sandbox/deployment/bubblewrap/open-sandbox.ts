import { realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { invalidArgument } from '../../../core/errors.ts';
import type { GroupFacts } from '../control-group/find-hierarchies.ts';
import { PlaceFinder } from '../sandboxed-files/place.ts';
import { sandboxArguments } from './bubblewrap-arguments.ts';
import { BubblewrapIsolation, type SandboxParts } from './bubblewrap-isolation.ts';
import { buildView } from './build-view.ts';
import { sandboxEnvironment } from './environment.ts';
import { chooseIdentity, type Identity, ownIdentity } from './identity.ts';
import { LaunchRecords } from './launch-records.ts';
import { launchScript } from './launch-script.ts';
import { leakedDescriptors } from './leaked-descriptors.ts';
import { planLimits } from './limit-plan.ts';
import { checkLimits, type SandboxLimits } from './limits.ts';
import { sandboxRefused } from './probe.ts';
import { findPrograms, type SandboxPrograms } from './programs.ts';
import { makeOwned, makeStateDirectory, removeTree, type StateDirectory } from './state-directory.ts';

/** What a sandbox may see, do and use. All optional. */
export interface SandboxOptions {
  /** Directory to work in, read and written at its own path. Default: a new one, removed at the end. */
  readonly workspace?: string;
  /** `'none'`: each command and session has a loopback of its own and nothing else. Default `'none'`. */
  readonly network?: 'none' | 'full';
  /** What everything inside may use. Default: no limits. */
  readonly limits?: SandboxLimits;
  /** Paths shown read-only that would be hidden or writable otherwise. */
  readonly readOnlyPaths?: readonly string[];
  /** Further paths that can be written. */
  readonly writablePaths?: readonly string[];
  /** Further paths that appear empty; those that do not exist are left out. */
  readonly hiddenPaths?: readonly string[];
  /** Environment variables added to the sandbox's few; `undefined` removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A sandbox that works, for a runtime and its files. */
export interface Sandbox {
  readonly isolation: BubblewrapIsolation;
  readonly workspace: string;
  /** Whole environment of commands. */
  readonly env: Readonly<Record<string, string>>;
  readonly finder: PlaceFinder;
  /** The user inside, where this process must give away the files it writes; undefined where it is the same. */
  readonly owner: Identity | undefined;
  /** What enforces the limits of memory, processes and CPUs. */
  readonly limitedBy: 'control groups' | 'resource limits' | 'nothing';
}

/**
 * Makes a sandbox and runs a first command in it.
 * @param facts what the system says about control groups; default: what it says now.
 * @throws INVALID_ARGUMENT, DEPENDENCY_MISSING, UNSUPPORTED, DEPLOYMENT_START_FAILED when the system refuses it
 */
export async function openSandbox(options: SandboxOptions, signal: AbortSignal, facts?: GroupFacts): Promise<Sandbox> {
  checkLimits(options.limits ?? {});
  const leaked = leakedDescriptors();
  const programs = await findPrograms(leaked);
  const given = options.workspace === undefined ? undefined : await findWorkspace(options.workspace);
  const identity = chooseIdentity(ownIdentity(), given);
  signal.throwIfAborted();
  const state = await makeStateDirectory(identity);
  try {
    const workspace = given?.path ?? (await makeOwned(join(state.path, 'workspace'), identity));
    return await build(options, { workspace, identity, leaked, programs, state, facts }, signal);
  } catch (error) {
    await removeTree(state.path);
    throw error;
  }
}

interface Ground {
  readonly workspace: string;
  readonly identity: Identity;
  readonly leaked: readonly number[];
  readonly programs: SandboxPrograms;
  readonly state: StateDirectory;
  readonly facts: GroupFacts | undefined;
}

async function build(options: SandboxOptions, ground: Ground, signal: AbortSignal): Promise<Sandbox> {
  const { workspace, identity, leaked, programs, state } = ground;
  const { limits = {}, network = 'none', readOnlyPaths = [], writablePaths = [], hiddenPaths = [] } = options;
  const paths = { readOnlyPaths, writablePaths, hiddenPaths };
  const view = await buildView({ workspace, temporary: state.temporary, identity, ...paths });
  const env = await sandboxEnvironment(view, identity, options.env ?? {});
  const owner = ownIdentity().uid === 0 ? identity : undefined;
  const finder = new PlaceFinder(view, owner);
  const { group, resourceLimits } = planLimits(limits, identity, programs, ground.facts);
  const { launches } = state;
  const groups = group?.entries ?? [];
  const parts = {
    ...{ workspace, finder, group, shell: programs.shell, stateDirectory: state.path },
    script: launchScript({ ...{ programs, identity, limits, leaked, launches, resourceLimits }, groups }),
    records: new LaunchRecords(launches, limits, group),
  };
  // Some places allow a sandbox, but not one that forbids user namespaces inside.
  const shapes = (programs.canDisableUserNamespaces ? [true, false] : [false]).map((disableUserNamespaces) =>
    sandboxArguments({ network, disableUserNamespaces }, view),
  );
  try {
    const isolation = await firstThatWorks(parts, shapes, env, signal);
    const limitedBy = group ? 'control groups' : resourceLimits ? 'resource limits' : 'nothing';
    return { isolation, workspace, env, finder, owner, limitedBy };
  } catch (error) {
    await group?.destroy();
    throw error;
  }
}

async function firstThatWorks(
  parts: Omit<SandboxParts, 'shared'>,
  [shared = [], ...others]: readonly string[][],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<BubblewrapIsolation> {
  const isolation = new BubblewrapIsolation({ ...parts, shared });
  const trial = await isolation.try(env, signal);
  if (trial.exitCode === 0) return isolation;
  if (others.length > 0) return await firstThatWorks(parts, others, env, signal);
  throw sandboxRefused(trial);
}

async function findWorkspace(path: string): Promise<Identity & { readonly path: string }> {
  try {
    const found = await realpath(resolve(path));
    const facts = await stat(found);
    if (facts.isDirectory() && found !== '/') return { path: found, uid: facts.uid, gid: facts.gid };
  } catch {}
  throw invalidArgument('workspace', 'a directory that exists, other than /', path);
}
