import { sourceEndings } from '../task/keyword-rules.ts';
import type { WorkspaceSummary } from '../task/planning-task.ts';

/** How much of a workspace is in one language. */
export interface LanguagePart {
  readonly language: string;
  readonly files: number;
  /** Share of the source files. */
  readonly share: number;
}

const languageOf = new Map(
  Object.entries(sourceEndings).flatMap(([language, endings]) => endings.map((ending) => [ending, language] as const)),
);

/** Languages of a workspace, the largest first. */
export function languagesOf(workspace: WorkspaceSummary | undefined): readonly LanguagePart[] {
  const files = new Map<string, number>();
  let total = 0;
  for (const [ending, count] of Object.entries(workspace?.ext ?? {})) {
    const language = languageOf.get(ending);
    if (language === undefined) continue;
    files.set(language, (files.get(language) ?? 0) + count);
    total += count;
  }
  return [...files]
    .map(([language, count]) => ({ language, files: count, share: count / total }))
    .sort((a, b) => b.files - a.files || (a.language < b.language ? -1 : 1));
}
