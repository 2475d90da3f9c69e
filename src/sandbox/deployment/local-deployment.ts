import { resolve } from 'node:path';
import { invalidArgument } from '../../core/errors.ts';
import { currentEnvironment } from '../process/launch.ts';
import { LocalRuntime } from '../runtime/local-runtime.ts';
import { BaseDeployment, type Opened } from './base-deployment.ts';
import { openSandbox, type SandboxOptions } from './bubblewrap/open-sandbox.ts';
import { SandboxedFiles } from './sandboxed-files/sandboxed-files.ts';

/** How a local deployment runs. All optional. */
export interface LocalDeploymentOptions extends SandboxOptions {
  /**
   * `'none'`: commands run as this process does, in `workspace` (default: the current directory) and with `env` added to
   * the environment; the other options need `'bubblewrap'`, which confines each command and session. Default `'none'`.
   */
  readonly isolation?: 'none' | 'bubblewrap';
}

/** This machine, with or without a sandbox around what runs. */
export class LocalDeployment extends BaseDeployment<LocalRuntime> {
  readonly type = 'local';
  readonly #options: LocalDeploymentOptions;
  #workspace: string | undefined;

  constructor(options: LocalDeploymentOptions = {}) {
    super();
    this.#options = options;
  }

  /** Directory in which commands start and relative paths begin; undefined before the first start. */
  get workspace(): string | undefined {
    return this.#workspace;
  }

  protected async open(signal: AbortSignal): Promise<Opened<LocalRuntime>> {
    const { isolation = 'none', ...options } = this.#options;
    switch (isolation) {
      case 'none':
        return this.#openPlain(options);
      case 'bubblewrap':
        return await this.#openSandboxed(options, signal);
      default:
        throw invalidArgument('isolation', "'none' or 'bubblewrap'", isolation);
    }
  }

  #openPlain(options: SandboxOptions): Opened<LocalRuntime> {
    refuseConfinement(options);
    this.announce('Starting runtime');
    const cwd = resolve(options.workspace ?? '.');
    const runtime = new LocalRuntime({ cwd, env: withAdditions(options.env ?? {}) });
    this.#workspace = cwd;
    return { runtime, close: () => runtime.close() };
  }

  async #openSandboxed(options: SandboxOptions, signal: AbortSignal): Promise<Opened<LocalRuntime>> {
    this.announce('Starting sandbox');
    const { isolation, workspace, env, finder, owner, limitedBy } = await openSandbox(options, signal);
    if (limitedBy !== 'nothing') this.announce(`Limiting by ${limitedBy}`);
    this.announce('Starting runtime');
    const files = new SandboxedFiles({ finder, owner, cwd: workspace });
    const runtime = new LocalRuntime({ cwd: workspace, env, isolation, files });
    this.#workspace = workspace;
    const close = async () => {
      try {
        await runtime.close();
      } finally {
        await isolation.dispose();
      }
    };
    return { runtime, close };
  }
}

/** @throws INVALID_ARGUMENT for an option that would confine nothing without a sandbox */
function refuseConfinement(options: SandboxOptions): void {
  const { network, limits = {}, readOnlyPaths = [], writablePaths = [], hiddenPaths = [] } = options;
  if (network === 'none') throw needsSandbox('network', network);
  if (Object.values(limits).some((limit) => limit !== undefined)) throw needsSandbox('limits', limits);
  for (const [name, paths] of Object.entries({ readOnlyPaths, writablePaths, hiddenPaths })) {
    if (paths.length > 0) throw needsSandbox(name, paths);
  }
}

function needsSandbox(name: string, value: unknown): Error {
  return invalidArgument(name, "to be absent unless isolation is 'bubblewrap'", value);
}

function withAdditions(additions: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const env = { ...currentEnvironment(), ...additions };
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
