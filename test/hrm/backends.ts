import type { BackendName } from 'hrm-rex/hrm';

/** Backends that the numerical tests run on. */
export const backends: readonly BackendName[] = (process.env.HRM_REX_TEST_BACKENDS?.split(',') ?? [
  'cpu',
  'wasm',
]) as BackendName[];
