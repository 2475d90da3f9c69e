import type { BackendName } from '../../hrm/backend/backend-names.ts';
import { tf } from '../../hrm/backend/tensorflow.ts';
import { useBackend } from '../../hrm/backend/use-backend.ts';
import { shippedFolder } from '../../hrm/weights/shipped-model.ts';
import { HrmCoordinator } from '../model/hrm-coordinator.ts';
import { readCoordinator } from './coordination-file.ts';

/** Options of {@link openCoordinator}. */
export interface OpenCoordinatorOptions {
  /** Folder of trained weights; default: those that ship with the package. */
  readonly folder?: string | undefined;
  /** Backend to start; default: the one that runs, or `HRM_REX_BACKEND`, or wasm, which is the quickest for one task. */
  readonly backend?: BackendName | 'auto' | undefined;
}

/**
 * Opens trained heads. Dispose the coordinator when it is done with.
 *
 * @throws RexError `WEIGHTS_MISMATCH` for weights of another version; `MODEL_FILE_CORRUPT` for missing or damaged files;
 * `DEPENDENCY_MISSING` and `BACKEND_FAILED` as `useBackend` does.
 */
export async function openCoordinator(options: OpenCoordinatorOptions = {}): Promise<HrmCoordinator> {
  const { backend } = options;
  if (backend !== undefined) await useBackend(backend);
  else if (!tf.engine().backendName) await useBackend((process.env.HRM_REX_BACKEND ?? 'wasm') as BackendName);
  const { parts } = await readCoordinator(options.folder ?? shippedWeights());
  return new HrmCoordinator(parts);
}

/** Folder of the weights that ship with the package. @throws MODEL_FILE_CORRUPT when it is not there */
export function shippedWeights(): string {
  return shippedFolder('coordination');
}
