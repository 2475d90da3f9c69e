import { feedForwardSize } from '../../hrm/config.ts';
import { type HostTensor, sizeOf } from '../../hrm/model/host-tensor.ts';
import { truncatedNormal } from '../../hrm/ops/truncated-normal.ts';
import type { Random } from '../../hrm/random.ts';
import type { CoordinationConfig } from './coordination-config.ts';
import { planOutputs } from './plan-outputs.ts';
import { recoveryActions } from './prediction.ts';

/** One tensor of the coordination module. Weights are [in, out]. */
export interface HeadEntry {
  readonly name: string;
  readonly shape: readonly number[];
  /** Standard deviation of the start, or a constant. */
  readonly start: { readonly std: number } | { readonly constant: number };
}

/** Coordination tokens: what each one decides. */
export const coordinationTokens = ['decision', 'difficulty', 'structure', 'halting'] as const;

/** Numbers that say how a step ended, besides its words: see `recoveryFeatures`. */
export const recoveryFeatureCount = 8;

const zero = { constant: 0 } as const;

/** Every tensor of the coordination module: all that is added to the HRM. Output weights start at 0. */
export function headLayout(config: CoordinationConfig): readonly HeadEntry[] {
  const { agentCount: A, evidenceSize: E, coordinationBlocks, coordinationExpansion, readout } = config;
  const { hiddenSize: D } = config.core;
  const F = feedForwardSize(D, coordinationExpansion);
  const spread = (inputs: number) => ({ std: 1 / Math.sqrt(inputs) });
  const blocks = Array.from({ length: coordinationBlocks }, (_, index): HeadEntry[] => [
    { name: `block.${index}.qkv`, shape: [D, 3 * D], start: spread(D) },
    { name: `block.${index}.output`, shape: [D, D], start: spread(D) },
    { name: `block.${index}.gateUp`, shape: [D, 2 * F], start: spread(D) },
    { name: `block.${index}.down`, shape: [F, D], start: spread(F) },
  ]);
  return [
    { name: 'agents', shape: [A, D], start: { std: 1 } },
    { name: 'evidence', shape: [E, D], start: spread(E) },
    { name: 'tokens', shape: [coordinationTokens.length, D], start: { std: 1 } },
    ...blocks.flat(),
    { name: 'selection', shape: [D, readout === 'agents' ? 1 : A], start: zero },
    { name: 'effort', shape: [D, readout === 'agents' ? 1 : A], start: zero },
    { name: 'composite', shape: [D, 1], start: zero },
    { name: 'lines', shape: [D, 1], start: zero },
    { name: 'difficulty', shape: [D, 4], start: zero },
    { name: 'groups', shape: [D, 3], start: zero },
    { name: 'gain', shape: [planOutputs.count], start: zero },
    { name: 'bias', shape: [planOutputs.count], start: zero },
    { name: 'recovery', shape: [D, recoveryActions.length], start: spread(D) },
    { name: 'recovery.features', shape: [recoveryFeatureCount, recoveryActions.length], start: zero },
    { name: 'recovery.bias', shape: [recoveryActions.length], start: zero },
  ];
}

/** Start values of the coordination module. */
export function startHeads(config: CoordinationConfig, random: Random): Map<string, HostTensor> {
  return new Map(
    headLayout(config).map(({ name, shape, start }) => {
      const size = sizeOf(shape);
      const data =
        'std' in start ? truncatedNormal(size, start.std, random) : new Float32Array(size).fill(start.constant);
      return [name, { shape, data }];
    }),
  );
}
