/** Bounds of a metric and what is aimed at; bounds are inclusive. */
export interface Target {
  readonly min?: number;
  readonly max?: number;
  readonly target?: number;
  readonly unit?: string;
}

/** How a metric stands against its target. */
export interface TargetRow extends Target {
  /** `MISSING` when it was not measured. */
  readonly status: 'PASS' | 'FAIL' | 'MISSING';
  readonly current?: number;
}

/** All metrics against their targets. */
export interface TargetReport {
  /** True when every row passes. */
  readonly pass: boolean;
  readonly rows: Readonly<Record<string, TargetRow>>;
}

/** The targets of the HRM multi-agent architecture. Those that need a trained model are hooks: they stay `MISSING` until measured. */
export const defaultTargets: Readonly<Record<string, Target>> = {
  model_parameters: { max: 100_000_000, target: 32_000_000 },
  memory_usage: { max: 2_000_000_000, target: 1_500_000_000, unit: 'bytes' },
  inference_time: { max: 2, target: 1, unit: 's' },
  max_concurrent_agents: { min: 30, target: 50 },
  coordination_overhead: { max: 0.2, target: 0.15 },
  agent_spawn_time: { max: 2, target: 1, unit: 's' },
  livecode_bench_pass_at_1: { min: 0.6, target: 0.75 },
  polyglot_success_rate: { min: 0.8, target: 0.85 },
  swe_bench_success_rate: { min: 0.6, target: 0.7 },
  deployment_time: { max: 120, target: 60, unit: 's' },
  platform_compatibility: { min: 4, target: 5 },
  quantization_performance_retention: { min: 0.95, target: 0.97 },
};

/** Holds measured values against targets: above `max` or below `min` fails, a value that is absent or no number is missing. */
export function validateTargets(
  measured: Readonly<Record<string, number | undefined>>,
  targets: Readonly<Record<string, Target>> = defaultTargets,
): TargetReport {
  const rows = Object.fromEntries(
    Object.entries(targets).map(([name, target]) => [name, judge(target, measured[name])] as const),
  );
  return { pass: Object.values(rows).every(({ status }) => status === 'PASS'), rows };
}

function judge(target: Target, current: number | undefined): TargetRow {
  if (current === undefined || Number.isNaN(current)) return { ...target, status: 'MISSING' };
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = target;
  return { ...target, status: current >= min && current <= max ? 'PASS' : 'FAIL', current };
}
