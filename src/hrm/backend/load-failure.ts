/** Why an optional package did not load. */
export interface LoadFailure {
  /** `absent`: not installed; `unbuilt`: installed without its native addon; `unloadable`: the addon does not fit here. */
  readonly kind: 'absent' | 'unbuilt' | 'unloadable' | 'other';
  readonly reason: string;
}

/** Sorts the error of an `import()` of a package with a native addon into the kinds that users meet. */
export function classifyLoadFailure(error: unknown): LoadFailure {
  const reason = firstLine(error instanceof Error ? error.message : String(error));
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') return { kind: 'absent', reason };
  if (code === 'ERR_DLOPEN_FAILED') return { kind: 'unloadable', reason };
  if (/native addon module|Cannot find module/.test(reason)) return { kind: 'unbuilt', reason };
  return { kind: 'other', reason };
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 300);
}
