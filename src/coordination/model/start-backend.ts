import type { BackendName } from '../../hrm/backend/backend-names.ts';
import { tf } from '../../hrm/backend/tensorflow.ts';
import { useBackend } from '../../hrm/backend/use-backend.ts';

/**
 * Starts a backend by name; without one, the backend that runs stays, and where none runs it is `HRM_REX_BACKEND` or wasm,
 * which is the quickest for one task. @throws DEPENDENCY_MISSING, BACKEND_FAILED, INVALID_ARGUMENT
 */
export async function startBackend(backend?: BackendName | 'auto'): Promise<void> {
  if (backend !== undefined) await useBackend(backend);
  else if (!tf.engine().backendName) await useBackend((process.env.HRM_REX_BACKEND ?? 'wasm') as BackendName);
}
