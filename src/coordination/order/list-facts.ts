/** What a name of a method or job looks like at the start of its subtask: `find_user: …`, `build-image (…)`. */
const namePattern = /^([A-Za-z_][\w-]{2,})(?=\s*[:(,]|\s+-\s|$)/;

/** How a list of subtasks and its request are written: it tells a checklist from commits, jobs and methods. */
export function listFacts(request: string, subtasks: readonly string[]): number[] {
  const share = (holds: (text: string) => boolean): number => subtasks.filter(holds).length / subtasks.length;
  return [
    subtasks.reduce((sum, { length }) => sum + length, 0) / subtasks.length,
    share((text) => /^\p{Ll}/u.test(text)),
    share((text) => /[:(]/.test(text)),
    share((text) => text.endsWith('.')),
    share((text) => text.includes('\n')),
    request.length,
    share((text) => nameOf(text) !== undefined),
    /\?\s*$/.test(request) ? 1 : 0,
    /^how to\b/i.test(request) ? 1 : 0,
    /:/.test(request) ? 1 : 0,
    subtasks.length,
  ];
}

/** The name that a subtask begins with. */
export function nameOf(text: string): string | undefined {
  return namePattern.exec(text)?.[1];
}
