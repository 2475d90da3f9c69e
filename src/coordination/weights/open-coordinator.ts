import type { BackendName } from '../../hrm/backend/backend-names.ts';
import { shippedFolder } from '../../hrm/weights/shipped-model.ts';
import { HrmCoordinator } from '../model/hrm-coordinator.ts';
import { startBackend } from '../model/start-backend.ts';
import type { SentenceEncoder } from '../sentence/sentence-encoder.ts';
import { readCoordinator } from './coordination-file.ts';

/** Options of {@link openCoordinator}. */
export interface OpenCoordinatorOptions {
  /** Folder of trained weights; default: those that ship with the package. */
  readonly folder?: string | undefined;
  /** Backend to start; default: the one that runs, or `HRM_REX_BACKEND`, or wasm, which is the quickest for one task. */
  readonly backend?: BackendName | 'auto' | undefined;
  /** The sentence encoder, for weights that were trained with one (the shipped ones need none); it stays the caller's. */
  readonly sentence?: SentenceEncoder | undefined;
}

/**
 * Opens trained heads. Dispose the coordinator when it is done with.
 *
 * @throws RexError `WEIGHTS_MISMATCH` for weights of another version or another sentence encoder; `MODEL_FILE_CORRUPT` for missing or damaged files;
 * `DEPENDENCY_MISSING` and `BACKEND_FAILED` as `useBackend` does.
 */
export async function openCoordinator(options: OpenCoordinatorOptions = {}): Promise<HrmCoordinator> {
  const { backend, sentence } = options;
  await startBackend(backend);
  const { parts } = await readCoordinator(options.folder ?? shippedWeights(), { sentence });
  return new HrmCoordinator(parts);
}

/** Folder of the weights that ship with the package. @throws MODEL_FILE_CORRUPT when it is not there */
export function shippedWeights(): string {
  return shippedFolder('coordination');
}
