import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { corruptFile } from './corrupt.ts';

/** Trained models that ship with the package; their cards are beside them under `weights/`. */
export type ShippedModel = 'sudoku-6x6' | 'sudoku-9x9';

/** Folder of a trained model that ships with the package, for `openModel`. Throws `MODEL_FILE_CORRUPT` when it is not there. */
export function shippedModel(name: ShippedModel = 'sudoku-6x6'): string {
  return shippedFolder(name);
}

/** Folder under `weights/` of the package. Throws `MODEL_FILE_CORRUPT` when it is not there. */
export function shippedFolder(name: string): string {
  const here = dirname(fileURLToPath(import.meta.url));
  // The sources lie three folders deep, the built files one or two.
  for (let folder = here; folder !== dirname(folder); folder = dirname(folder)) {
    const weights = join(folder, 'weights', name);
    if (existsSync(join(weights, 'manifest.json'))) return weights;
  }
  throw corruptFile(join('weights', name), 'the package holds no weights here');
}
