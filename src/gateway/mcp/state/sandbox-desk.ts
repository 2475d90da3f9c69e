import type { Clock } from '../../../core/clock.ts';
import { RexError } from '../../../core/errors.ts';
import { restrict } from '../../../sandbox/runtime/restricted-runtime.ts';
import type { Runtime } from '../../../sandbox/runtime/runtime.ts';
import type { Session } from '../../../sandbox/session/session.ts';
import { type DeploymentSource, type OpenedPlace, openPlace } from './deployment-source.ts';
import { HandleTable } from './handle-table.ts';

/** A place of one owner, behind a handle. */
export interface Sandbox {
  readonly id: string;
  readonly owner: string;
  readonly deployment: string;
  readonly label: string | undefined;
  readonly workspace: string;
  readonly runtime: Runtime;
  /** The runtime for file operations: no path leads outside its root. */
  readonly confined: Runtime;
  readonly createdAt: number;
  lastUsedAt: number;
  close(): Promise<void>;
}

/** What a desk needs to make sandboxes. */
export interface SandboxDeskOptions {
  readonly deployments: () => Promise<Readonly<Record<string, DeploymentSource>>>;
  readonly maxSandboxes: number;
  readonly idleMs: number;
  /** Whether something runs in a sandbox, which then is not idle. */
  readonly isBusy: (sandbox: string) => boolean;
  /** Told when a sandbox is gone. */
  readonly onGone: (sandbox: string, reason: string) => void;
  readonly clock: Clock;
}

/** A path as the sandbox has it: relative ones begin at the workspace. It is not made shorter, since links decide what `..` means. */
export function placeIn({ workspace }: Sandbox, path: string): string {
  if (path === '' || path === '.') return workspace;
  return path.startsWith('/') ? path : `${workspace.replace(/\/$/, '')}/${path}`;
}

const destroyedReason = 'it was destroyed';

/** Makes, finds and ends the sandboxes of all owners. */
export class SandboxDesk {
  readonly #options: SandboxDeskOptions;
  readonly #table: HandleTable<Sandbox> = new HandleTable('sandbox', 'Make one with sandbox_create.');
  readonly #sessions: HandleTable<Session> = new HandleTable('session', "Start one with session: 'new'.");
  /** Each owner's own sandbox for calls that name none. */
  readonly #usual = new Map<string, Promise<Sandbox>>();
  readonly #closing = new AbortController();
  readonly #opening = new Set<Promise<unknown>>();
  readonly #ending = new Set<Promise<void>>();
  #cancelSweep: (() => void) | undefined;

  constructor(options: SandboxDeskOptions) {
    this.#options = options;
  }

  /** @throws INVALID_ARGUMENT for an unknown deployment, LIMIT_EXCEEDED, and what starting it throws */
  async create(
    owner: string,
    options: {
      readonly deployment?: string | undefined;
      readonly label?: string | undefined;
      signal?: AbortSignal;
    } = {},
  ): Promise<Sandbox> {
    const count = this.#table.all().length + this.#opening.size;
    const maximum = this.#options.maxSandboxes;
    if (count >= maximum) {
      const hint = 'Destroy one with sandbox_destroy.';
      throw new RexError(
        'LIMIT_EXCEEDED',
        `there are ${count} sandboxes already`,
        { limit: 'maxSandboxes', maximum, received: count + 1 },
        { hint },
      );
    }
    const opening = this.#open(owner, options);
    this.#opening.add(opening);
    try {
      return await opening;
    } finally {
      this.#opening.delete(opening);
    }
  }

  /** A sandbox by its handle; without one the owner's own, made at the first use. @throws HANDLE_UNKNOWN */
  async get(handle: string | undefined, owner: string): Promise<Sandbox> {
    const sandbox = handle === undefined ? await this.#ownOf(owner) : this.#table.get(handle, owner);
    sandbox.lastUsedAt = this.#options.clock.now();
    return sandbox;
  }

  of(owner: string): Sandbox[] {
    return this.#table.of(owner).map(([, sandbox]) => sandbox);
  }

  /** Ends a sandbox and everything in it. @throws HANDLE_UNKNOWN */
  async destroy(handle: string, owner: string): Promise<void> {
    await this.#remove(this.#table.get(handle, owner), destroyedReason);
  }

  /** A new session of a sandbox. */
  async openSession(
    sandbox: Sandbox,
    options: { readonly cwd?: string; readonly env?: Record<string, string> },
  ): Promise<string> {
    const handle = this.#sessions.mint();
    const session = await sandbox.runtime.createSession({
      session: handle,
      cwd: options.cwd ?? sandbox.workspace,
      loadRc: false,
      streams: 'separate',
      ...(options.env ? { env: options.env } : {}),
    });
    this.#sessions.add(handle, `${sandbox.owner} ${sandbox.id}`, session);
    return handle;
  }

  /** @throws HANDLE_UNKNOWN for a session that has ended or is not of this sandbox */
  session(sandbox: Sandbox, handle: string): Session {
    const session = this.#sessions.get(handle, `${sandbox.owner} ${sandbox.id}`);
    if (session.state === 'closed') {
      this.#sessions.remove(handle, 'its shell has ended');
      return this.#sessions.get(handle, `${sandbox.owner} ${sandbox.id}`);
    }
    return session;
  }

  sessionsOf(sandbox: Sandbox): string[] {
    return this.#sessions.of(`${sandbox.owner} ${sandbox.id}`).map(([handle]) => handle);
  }

  /** Ends all that belong to an owner. */
  async release(owner: string): Promise<void> {
    await this.#usual.get(owner)?.catch(() => {});
    await Promise.all(this.of(owner).map((sandbox) => this.#remove(sandbox, 'its owner left')));
  }

  async close(): Promise<void> {
    this.#closing.abort(new RexError('RUNTIME_CLOSED', 'the server ends', { operation: 'sandbox_create' }));
    this.#cancelSweep?.();
    await Promise.allSettled(this.#opening);
    const removals = this.#table.all().map(([, sandbox]) => this.#remove(sandbox, 'the server ended'));
    await Promise.all([...removals, ...this.#ending]);
  }

  #ownOf(owner: string): Promise<Sandbox> {
    let own = this.#usual.get(owner);
    if (!own) {
      own = this.create(owner, { label: 'own' });
      this.#usual.set(owner, own);
      own.catch(() => this.#usual.delete(owner));
    }
    return own;
  }

  async #open(
    owner: string,
    options: {
      readonly deployment?: string | undefined;
      readonly label?: string | undefined;
      readonly signal?: AbortSignal;
    },
  ): Promise<Sandbox> {
    const { signal } = this.#closing;
    signal.throwIfAborted();
    const sources = await this.#options.deployments();
    const [first = ''] = Object.keys(sources);
    const deployment = options.deployment ?? first;
    const source = Object.hasOwn(sources, deployment) ? sources[deployment] : undefined;
    if (!source) throw unknownDeployment(deployment, Object.keys(sources));
    const place = await openPlace(source, options.signal ? AbortSignal.any([options.signal, signal]) : signal);
    if (signal.aborted) await place.close();
    signal.throwIfAborted();
    const sandbox = this.#make(owner, deployment, options.label, place);
    this.#table.add(sandbox.id, owner, sandbox);
    this.#sweepLater();
    return sandbox;
  }

  #make(owner: string, deployment: string, label: string | undefined, place: OpenedPlace): Sandbox {
    const { runtime, workspace, root, close } = place;
    const confined = restrict(runtime, { root });
    const at = this.#options.clock.now();
    return {
      id: this.#table.mint(),
      owner,
      deployment,
      label,
      workspace,
      runtime,
      confined,
      createdAt: at,
      lastUsedAt: at,
      close,
    };
  }

  /** Ends a sandbox; closing the desk waits for it. */
  async #remove(sandbox: Sandbox, reason: string): Promise<void> {
    const ending = this.#end(sandbox, reason);
    this.#ending.add(ending);
    try {
      await ending;
    } finally {
      this.#ending.delete(ending);
    }
  }

  async #end(sandbox: Sandbox, reason: string): Promise<void> {
    this.#table.remove(sandbox.id, reason);
    const own = await this.#usual.get(sandbox.owner)?.catch(() => undefined);
    if (own === sandbox) this.#usual.delete(sandbox.owner);
    for (const handle of this.sessionsOf(sandbox)) this.#sessions.remove(handle, `${sandbox.id} is gone`);
    try {
      await sandbox.close();
    } finally {
      this.#options.onGone(sandbox.id, reason);
    }
  }

  #sweepLater(): void {
    const { clock, idleMs, isBusy } = this.#options;
    if (this.#cancelSweep || idleMs === Number.POSITIVE_INFINITY) return;
    this.#cancelSweep = clock.setTimer(
      Math.max(idleMs / 4, 1),
      () => {
        this.#cancelSweep = undefined;
        const left = this.#table.all().map(([, sandbox]) => sandbox);
        const idle = left.filter(({ id, lastUsedAt }) => !isBusy(id) && clock.now() - lastUsedAt >= idleMs);
        for (const sandbox of idle) this.#remove(sandbox, 'nobody used it for long').catch(() => {});
        if (left.length > idle.length) this.#sweepLater();
      },
      { background: true },
    );
  }
}

function unknownDeployment(name: string, known: readonly string[]): RexError<'INVALID_ARGUMENT'> {
  const expected = `one of ${known.join(', ')}`;
  return new RexError('INVALID_ARGUMENT', `there is no deployment ${JSON.stringify(name.slice(0, 60))}: ${expected}`, {
    argument: 'deployment',
    expected,
    received: name.slice(0, 60),
  });
}
