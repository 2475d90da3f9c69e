import type { LimitProbe } from '../../../target/limit-watch.ts';
import { describeLimit } from '../../bubblewrap/limits.ts';

/** Limits of a container that its control group counts. */
export interface CountedLimits {
  readonly memoryBytes?: number;
  readonly processes?: number;
}

/** Prints the counters of control groups of version 1 and 2, as a container sees its own: memory, then processes. */
const script =
  '( cd /sys/fs/cgroup && cat memory/memory.oom_control memory.events; echo =; cat pids/pids.events pids.events ) 2>/dev/null';

/** Tells by its control group that a limit of a container was hit. */
export function probeLimits(limits: CountedLimits): LimitProbe {
  const names = (['memoryBytes', 'processes'] as const).filter((name) => limits[name] !== undefined);
  return {
    script,
    describe: (before, after) => {
      const [was, is] = [readCounts(before), readCounts(after)];
      const hit = names.filter((name) => is[name] > was[name]);
      return hit.map((name) => describeLimit(name, limits)).join('; ');
    },
  };
}

function readCounts(text: string): Required<CountedLimits> {
  const [memory = '', processes = ''] = text.split('=\n');
  const count = (part: string, pattern: RegExp): number => Number(pattern.exec(part)?.[1] ?? 0);
  return { memoryBytes: count(memory, /^oom_kill (\d+)$/m), processes: count(processes, /^max (\d+)$/m) };
}
