import { invalidArgument } from '../../../core/errors.ts';
import type { Random } from '../../random.ts';
import { dihedral, inverseDihedral } from '../dihedral.ts';
import type { ArcGrid } from './grid.ts';

/** A symmetry of ARC tasks: one of eight turns and a renaming of the colours 1 … 9. */
export interface ArcAugmentation {
  readonly symmetry: number;
  /** New colour of each colour 0 … 9; 0 stays 0. */
  readonly colours: readonly number[];
}

/** The augmentation that changes nothing. */
export const arcIdentity: ArcAugmentation = { symmetry: 0, colours: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] };

/** A random augmentation. */
export function drawArcAugmentation(random: Random): ArcAugmentation {
  return { symmetry: random.integer(0, 7), colours: [0, ...random.permutation(9).map((colour) => colour + 1)] };
}

/** Applies an augmentation: colours first, then the turn. */
export function augmentArc(grid: ArcGrid, { symmetry, colours }: ArcAugmentation): number[][] {
  return dihedral(
    grid.map((row) => row.map((colour) => colours[colour] as number)),
    symmetry,
  );
}

/** Takes an augmentation back. */
export function restoreArc(grid: ArcGrid, { symmetry, colours }: ArcAugmentation): number[][] {
  return dihedral(grid, inverseDihedral[symmetry] as number).map((row) => row.map((colour) => colours.indexOf(colour)));
}

/** Name of an augmented task, as the original writes it: `<task>_t<symmetry>_<colours>`; the task's own name for none. */
export function arcName(task: string, { symmetry, colours }: ArcAugmentation): string {
  return symmetry === 0 && colours.every((colour, index) => colour === index)
    ? task
    : `${task}_t${symmetry}_${colours.join('')}`;
}

/** Reads a name that {@link arcName} wrote. Throws `INVALID_ARGUMENT` for colours that are no permutation. */
export function parseArcName(name: string): { task: string; augmentation: ArcAugmentation } {
  const match = /^(.*)_t([0-7])_(\d{10})$/.exec(name);
  if (!match) return { task: name, augmentation: arcIdentity };
  const colours = [...(match[3] as string)].map(Number);
  if (new Set(colours).size !== 10) throw invalidArgument('name', 'a permutation of ten colours', name);
  return { task: match[1] as string, augmentation: { symmetry: Number(match[2]), colours } };
}
