/** What the process that runs the graph tells the one that shows it, one line of JSON each. */
export type WorkerMessage =
  | { readonly type: 'place'; readonly sandboxed: boolean; readonly note: string }
  | { readonly type: 'progress'; readonly shell: number; readonly note: string }
  | { readonly type: 'done' | 'kept'; readonly shell: number; readonly seconds: number }
  | { readonly type: 'failed'; readonly shell: number; readonly reason: string }
  | { readonly type: 'end'; readonly commands: number; readonly criticalPathMs: number };

/** How many shells work at once. */
export const shells = 30;

/** Name of the shell with this number in the graph. */
export function nodeOf(shell: number): string {
  return `shell-${shell + 1}`;
}

/** Number of the shell that a node stands for, or undefined for another node. */
export function shellOf(node: string | undefined): number | undefined {
  const found = /^shell-(\d+)$/.exec(node ?? '');
  return found ? Number(found[1]) - 1 : undefined;
}
