import type { Coordinator } from '../model/prediction.ts';
import { ruleCoordinator } from './rule-coordinator.ts';

/**
 * The shipped weights where the package holds some, otherwise rules; the coordinator's `name`, which plans carry in `by`,
 * says which. The model's code loads only now.
 *
 * @throws MODEL_FILE_CORRUPT or WEIGHTS_MISMATCH for weights that are damaged or of another version
 */
export async function openDefaultCoordinator(): Promise<Coordinator> {
  const { openCoordinator, shippedWeights } = await import('../weights/open-coordinator.ts');
  let folder: string;
  try {
    folder = shippedWeights();
  } catch {
    return ruleCoordinator();
  }
  return await openCoordinator({ folder });
}
