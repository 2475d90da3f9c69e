/** Inverse of each of the eight symmetries of a rectangle. */
export const inverseDihedral: readonly number[] = [0, 3, 2, 1, 4, 5, 6, 7];

/**
 * Applies one of the eight symmetries: 0 none; 1, 2, 3 quarter turns counter-clockwise; 4 left-right; 5 up-down;
 * 6 transpose; 7 anti-transpose.
 */
export function dihedral<Cell>(grid: readonly (readonly Cell[])[], symmetry: number): Cell[][] {
  const copy = grid.map((row) => [...row]);
  switch (symmetry) {
    case 1:
      return transpose(copy).reverse();
    case 2:
      return mirror(copy).reverse();
    case 3:
      return mirror(transpose(copy));
    case 4:
      return mirror(copy);
    case 5:
      return copy.reverse();
    case 6:
      return transpose(copy);
    case 7:
      return mirror(transpose(copy).reverse());
    default:
      return copy;
  }
}

function transpose<Cell>(grid: Cell[][]): Cell[][] {
  return (grid[0] ?? []).map((_, column) => grid.map((row) => row[column] as Cell));
}

function mirror<Cell>(grid: Cell[][]): Cell[][] {
  return grid.map((row) => row.reverse());
}
