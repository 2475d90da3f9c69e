import { RexError } from '../../../core/errors.ts';
import { ControlGroup } from '../control-group/control-group.ts';
import type { GroupFacts } from '../control-group/find-hierarchies.ts';
import { groupLimits } from '../control-group/hierarchy.ts';
import type { Identity } from './identity.ts';
import type { SandboxLimits } from './limits.ts';
import type { SandboxPrograms } from './programs.ts';

/** By which means a sandbox's memory, processes and CPUs are limited. */
export interface LimitPlan {
  readonly group: ControlGroup | undefined;
  /** Whether the kernel's limits per process (memory) and per command (processes) stand in for a control group. */
  readonly resourceLimits: boolean;
}

/**
 * Control groups where this process can make them, else resource limits. A limit that neither can enforce is refused, so
 * nothing runs without a limit that was asked for.
 * @throws UNSUPPORTED, DEPENDENCY_MISSING
 */
export function planLimits(
  limits: SandboxLimits,
  identity: Identity,
  programs: SandboxPrograms,
  facts: GroupFacts | undefined,
): LimitPlan {
  if (groupLimits(limits).length === 0) return { group: undefined, resourceLimits: false };
  const group = ControlGroup.create(limits, facts);
  if (group) return { group, resourceLimits: false };
  if (limits.cpus !== undefined) throw needsControlGroup('limits.cpus');
  // The kernel counts no processes of its user 0.
  if (limits.processes !== undefined && identity.uid === 0) throw needsControlGroup('limits.processes for user 0');
  if (!programs.prlimit) {
    const install = 'apt-get install util-linux';
    const context = { dependency: 'prlimit', install };
    throw new RexError('DEPENDENCY_MISSING', 'limits need the program prlimit', context, {
      hint: `Run \`${install}\`.`,
    });
  }
  return { group: undefined, resourceLimits: true };
}

function needsControlGroup(feature: string): RexError {
  const hint = 'Run as root, or in a control group that is delegated to this user, or leave the limit out.';
  return new RexError(
    'UNSUPPORTED',
    `${feature} needs a control group, and this process cannot make one`,
    { feature },
    { hint },
  );
}
