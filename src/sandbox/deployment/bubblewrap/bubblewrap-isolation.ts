import { resolve } from 'node:path';
import { RexError } from '../../../core/errors.ts';
import { randomId } from '../../../core/ids.ts';
import { treeVariable } from '../../process/end-tree.ts';
import type { Isolation, Launch } from '../../process/isolation.ts';
import type { ControlGroup } from '../control-group/control-group.ts';
import type { PlaceFinder } from '../sandboxed-files/place.ts';
import { commandArguments } from './bubblewrap-arguments.ts';
import { checkLaunch } from './launch-check.ts';
import type { LaunchRecords } from './launch-records.ts';
import { launchArguments } from './launch-script.ts';
import { runTrial, type TrialResult } from './probe.ts';
import { removeTree } from './state-directory.ts';

/** What a sandbox is made of. */
export interface SandboxParts {
  /** Real path of the workspace, the same inside and outside. */
  readonly workspace: string;
  /** Finds what the sandbox sees, for this process. */
  readonly finder: PlaceFinder;
  readonly shell: string;
  /** Shell text that leads into the sandbox. */
  readonly script: string;
  /** Bubblewrap's arguments that are the same for every launch. */
  readonly shared: readonly string[];
  readonly records: LaunchRecords;
  readonly group: ControlGroup | undefined;
  /** Directory of this machine that is removed at the end. */
  readonly stateDirectory: string;
}

/** Confines each launch with bubblewrap; the launches of one isolation share the workspace, `/tmp` and the limits. */
export class BubblewrapIsolation implements Isolation {
  readonly #parts: SandboxParts;
  #disposing: Promise<void> | undefined;

  constructor(parts: SandboxParts) {
    this.#parts = parts;
  }

  /** @throws COMMAND_NOT_STARTED when the sandbox has no such program or directory, RUNTIME_CLOSED */
  wrap(launch: Launch): Launch {
    if (this.#disposing) {
      const hint = 'Start another one.';
      throw new RexError('RUNTIME_CLOSED', 'the sandbox is closed', { operation: 'wrap' }, { hint });
    }
    const placed = { ...launch, cwd: resolve(this.#parts.workspace, launch.cwd) };
    checkLaunch(placed, this.#parts.finder);
    return this.#wrap(placed);
  }

  failureReason(pid: number): Promise<string> {
    return this.#parts.records.failureReason(pid);
  }

  /**
   * The process that runs the command of a launch, for signals that are meant for it alone: the process that was started
   * is bubblewrap's own. Undefined while the command is on its way in, and when it has ended.
   */
  commandOf(pid: number): number | undefined {
    return this.#parts.records.commandOf(pid);
  }

  dispose(): Promise<void> {
    this.#disposing ??= this.#dispose();
    return this.#disposing;
  }

  /** Runs a first command and tells how it went. */
  async try(env: Readonly<Record<string, string>>, signal: AbortSignal): Promise<TrialResult> {
    const { shell, workspace } = this.#parts;
    const trial = await runTrial(this.#wrap({ argv: [shell, '-c', ':'], cwd: workspace, env }), signal);
    await this.failureReason(trial.pid);
    return trial;
  }

  #wrap({ argv, cwd, env }: Launch): Launch {
    const { shell, script, shared, records } = this.#parts;
    const launch = `launch-${randomId()}`;
    records.open(launch, [...shared, ...commandArguments(env, cwd)]);
    // The way in is not the sandbox yet: of the command's environment it gets only the mark that tells its tree.
    const mark = env[treeVariable];
    return {
      argv: launchArguments(script, shell, launch, argv),
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', ...(mark === undefined ? {} : { [treeVariable]: mark }) },
    };
  }

  async #dispose(): Promise<void> {
    await this.#parts.group?.destroy();
    await removeTree(this.#parts.stateDirectory);
  }
}
