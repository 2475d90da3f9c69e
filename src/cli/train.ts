/** `hrm-rex train`: coordination heads, or a model of puzzles. */
export async function trainCommand([task, ...others]: readonly string[]): Promise<number> {
  if (task === 'coordination') {
    return await (await import('./coordination/train.ts')).trainCoordinationCommand(others);
  }
  const { trainCommand: trainPuzzles } = await import('./hrm/train.ts');
  return await trainPuzzles(task === undefined ? [] : [task, ...others]);
}
