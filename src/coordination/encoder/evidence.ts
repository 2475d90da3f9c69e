import { agentKinds } from '../task/agent-kinds.ts';
import { keywords, readLength, sourceEndings } from '../task/keyword-rules.ts';
import type { PlanningTask } from '../task/planning-task.ts';
import { languagesOf } from './languages-of.ts';

/** E, the number of evidence values of one agent kind. */
export const evidenceSize = 13;

/** Values at the end of each kind's evidence that tell of the whole task. */
export const commonEvidence = 5;

/** Role of the marker files that speak for a kind. */
const markerRoles: Readonly<Record<string, string>> = {
  docker: 'docker',
  build: 'build',
  'package-manager': 'pm',
  devops: 'ci',
};
const everyKeyword = new Map(Object.entries(keywords).map(([kind, { source }]) => [kind, new RegExp(source, 'gi')]));
const namedFile = new Map(
  Object.entries(sourceEndings).map(([kind, endings]) => [kind, new RegExp(`\\w\\.(${endings.join('|')})\\b`, 'gi')]),
);

/**
 * What a task says of each agent kind, row by row: for languages share of the source files, share of all files, being the
 * largest, 1 / (1 + rank), files of the language that the text names; for every kind its keywords in the text and in the
 * first line, its marker files; of the task whether it has a workspace, its length, the workspace's size, its list items, its
 * lines. Counts are logarithmic. [agents, evidenceSize]
 */
export function evidenceOf({ text, workspace }: PlanningTask): Float32Array {
  const read = text.slice(0, readLength);
  const first = read.split('\n', 1)[0] as string;
  const parts = languagesOf(workspace);
  const common = [
    workspace ? 1 : 0,
    Math.log1p(read.length) / 8,
    Math.log1p(workspace?.files ?? 0) / 12,
    Math.log1p(count(read, /^\s*(?:[-*+]|\d+[.)])\s/gm)),
    Math.log1p(count(read, /\n/g)),
  ];
  const rows = agentKinds.flatMap(({ name }) => {
    const rank = parts.findIndex(({ language }) => language === name);
    const part = parts[rank];
    const role = markerRoles[name];
    const pattern = everyKeyword.get(name) as RegExp;
    return [
      part?.share ?? 0,
      (part?.files ?? 0) / Math.max(1, workspace?.files ?? 0),
      rank === 0 ? 1 : 0,
      part ? 1 / (1 + rank) : 0,
      Math.log1p(count(read, pattern)),
      count(first, pattern) > 0 ? 1 : 0,
      Math.log1p(count(read, namedFile.get(name))),
      Math.log1p(workspace?.markers.filter((marker) => marker === role || marker.startsWith(`${role}:`)).length ?? 0),
      ...common,
    ];
  });
  return Float32Array.from(rows);
}

function count(text: string, pattern: RegExp | undefined): number {
  return pattern ? (text.match(pattern)?.length ?? 0) : 0;
}
