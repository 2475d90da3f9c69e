/** Agent kinds in the order in which a change usually goes through their hands; kinds of one stage work side by side. */
const stages: readonly (readonly string[])[] = [
  ['debug', 'package-manager'],
  ['python', 'javascript-typescript', 'rust', 'go', 'java', 'c-cpp', 'web', 'ml-data', 'systems'],
  ['build', 'security'],
  ['test'],
  ['docker', 'docs', 'devops'],
  ['git'],
];

/** Stage of an agent kind, 0 for the first; kinds that are not known work with the languages. */
export function stageOfKind(kind: string): number {
  const found = stages.findIndex((kinds) => kinds.includes(kind));
  return found < 0 ? 1 : found;
}
