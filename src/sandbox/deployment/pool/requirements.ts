/** What a lease needs of the place it is at, or what a place offers. Absent: does not matter, or is unbounded. */
export interface Requirements {
  /** Kind of the deployment: `local`, `docker`, `ssh`, … A place offers its deployment's `type` unless it says otherwise. */
  readonly platform?: string | undefined;
  /** Image of a container. */
  readonly image?: string | undefined;
  /** Abilities that the place must have. */
  readonly capabilities?: readonly string[] | undefined;
  /** Tools that must be installed. */
  readonly tools?: readonly string[] | undefined;
  /** Least access to a network: `none` < `limited` < `full`. A place offers `full` unless it says otherwise. */
  readonly network?: 'none' | 'limited' | 'full' | undefined;
  /** Processor cores, may be a fraction. */
  readonly cpu?: number | undefined;
  readonly memoryBytes?: number | undefined;
  /** Memory of the accelerator. */
  readonly vramBytes?: number | undefined;
}

/** Amounts that leases at one place share. */
export type Amounts = Required<Record<(typeof amountNames)[number], number>>;

const amountNames = ['cpu', 'memoryBytes', 'vramBytes'] as const;
/** Sums of fractions of a core are not exact. */
const rounding = 1e-9;
const networks = ['none', 'limited', 'full'];

/** Amounts that are offered or needed; `otherwise` stands for those that are absent. */
export function amountsOf(requirements: Requirements, otherwise: number): Amounts {
  const { cpu = otherwise, memoryBytes = otherwise, vramBytes = otherwise } = requirements;
  return { cpu, memoryBytes, vramBytes };
}

/** True when the amounts needed are there. */
export function fits(free: Amounts, needs: Amounts): boolean {
  return amountNames.every((name) => needs[name] <= free[name] + rounding);
}

/** Adds amounts, or takes them away with `sign` -1. */
export function addAmounts(free: Amounts, change: Amounts, sign: 1 | -1): Amounts {
  const [cpu, memoryBytes, vramBytes] = amountNames.map((name) => free[name] + sign * change[name]) as [
    number,
    number,
    number,
  ];
  return { cpu, memoryBytes, vramBytes };
}

/** Why a place could never meet the needs, in words; undefined when it could. */
export function findMisfit(offers: Requirements, needs: Requirements): string | undefined {
  for (const name of ['platform', 'image'] as const) {
    if (needs[name] !== undefined && needs[name] !== offers[name])
      return `${name} is ${offers[name] ?? 'not declared'}`;
  }
  for (const name of ['capabilities', 'tools'] as const) {
    const missing = (needs[name] ?? []).filter((wanted) => !offers[name]?.includes(wanted));
    if (missing.length > 0) return `${name} lack ${missing.join(', ')}`;
  }
  const { network = 'full' } = offers;
  if (networks.indexOf(needs.network ?? 'none') > networks.indexOf(network)) return `network is ${network}`;
  const most = amountsOf(offers, Number.POSITIVE_INFINITY);
  const short = amountNames.find((name) => (needs[name] ?? 0) > most[name]);
  return short && `${short} is ${most[short]}`;
}
