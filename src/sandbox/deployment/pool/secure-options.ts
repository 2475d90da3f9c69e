/** How far the code of an agent is trusted: `low` risk is one's own, `high` is anybody's. */
export type RiskLevel = 'low' | 'medium' | 'high';

/** How much an agent may use. */
export type ResourceTier = 'small' | 'medium' | 'large';

/** Limits that local sandboxes and containers take. */
export interface TierLimits {
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly processes: number;
  readonly fileSizeBytes: number;
}

/** What is known about an agent. All optional. */
export interface SecuritySpec {
  /** Default `high`. */
  readonly riskLevel?: RiskLevel;
  /** Default `small`. */
  readonly resourceTier?: ResourceTier;
  /** Whether it needs the network. Default false; with `high` risk it gets none either way. */
  readonly needsNetwork?: boolean;
}

/** Options for a `LocalDeployment`. */
export interface SecureLocalOptions {
  readonly isolation: 'none' | 'bubblewrap';
  readonly network?: 'none' | 'full';
  readonly limits?: TierLimits;
}

/** Options for a `DockerDeployment`, whose defaults drop all capabilities already. */
export interface SecureDockerOptions {
  readonly network: 'none' | 'bridge';
  readonly limits: TierLimits;
}

const mebibyte = 1024 * 1024;

/** Limits by tier. */
export const tierLimits: Readonly<Record<ResourceTier, TierLimits>> = {
  small: { memoryBytes: 512 * mebibyte, cpus: 1, processes: 128, fileSizeBytes: 256 * mebibyte },
  medium: { memoryBytes: 2048 * mebibyte, cpus: 2, processes: 256, fileSizeBytes: 1024 * mebibyte },
  large: { memoryBytes: 8192 * mebibyte, cpus: 4, processes: 1024, fileSizeBytes: 8192 * mebibyte },
};

/**
 * Options of deployments for an agent. Local: `low` risk runs as this process does, all else under bubblewrap with the
 * tier's limits. Docker: the tier's limits always. The network is there for those who need it, but never for `high` risk.
 */
export function secureOptions(spec: SecuritySpec = {}): {
  readonly local: SecureLocalOptions;
  readonly docker: SecureDockerOptions;
} {
  const { riskLevel = 'high', resourceTier = 'small', needsNetwork = false } = spec;
  const limits = tierLimits[resourceTier];
  const hasNetwork = needsNetwork && riskLevel !== 'high';
  const local: SecureLocalOptions =
    riskLevel === 'low'
      ? { isolation: 'none' }
      : { isolation: 'bubblewrap', network: hasNetwork ? 'full' : 'none', limits };
  return { local, docker: { network: hasNetwork ? 'bridge' : 'none', limits } };
}
