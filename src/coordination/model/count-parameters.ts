import { sizeOf } from '../../hrm/model/host-tensor.ts';
import { parameterLayout } from '../../hrm/model/parameter-layout.ts';
import { type CoordinationConfigInput, createCoordinationConfig } from './coordination-config.ts';
import { unusedHead } from './coordination-model.ts';
import { headLayout } from './head-layout.ts';

/** Trained values of a configuration. */
export interface ParameterCount {
  /** The recurrent core with its words, without HRM's answer head, which plans do not use. */
  readonly core: number;
  /** The coordination module: agent and coordination embeddings, attention, all heads. */
  readonly heads: number;
  readonly total: number;
}

/** Counts the trained values of a configuration without making the model; the linear path is not among them. */
export function countParameters(input: CoordinationConfigInput = {}): ParameterCount {
  const config = createCoordinationConfig(input);
  const core = parameterLayout(config.core)
    .filter(({ name, kind }) => kind !== 'buffer' && name !== unusedHead)
    .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const heads = headLayout(config).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return { core, heads, total: core + heads };
}
