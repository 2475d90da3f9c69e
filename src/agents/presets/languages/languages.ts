import { RexError } from '../../../core/errors.ts';
import { cpp } from './cpp.ts';
import { golang } from './go.ts';
import { java17 } from './java.ts';
import { javascript } from './javascript.ts';
import type { LanguagePreset } from './language.ts';
import { python } from './python.ts';
import { rust } from './rust.ts';
import { typescript } from './typescript.ts';

/** Names of the languages that come with the package. */
export type LanguageName = 'python' | 'javascript' | 'typescript' | 'rust' | 'go' | 'java' | 'c++';

/** The languages that come with the package, by name. */
export const languages: Readonly<Record<LanguageName, LanguagePreset>> = {
  python,
  javascript,
  typescript,
  rust,
  go: golang,
  java: java17,
  'c++': cpp,
};

/** A language by name or alias (`py`, `ts`, `cpp`, …), whatever the case; a preset is itself. @throws UNSUPPORTED */
export function findLanguage(language: string | LanguagePreset): LanguagePreset {
  if (typeof language !== 'string') return language;
  const wanted = language.trim().toLowerCase();
  const found = Object.values(languages).find(({ name, aliases }) => name === wanted || aliases.includes(wanted));
  if (found) return found;
  const hint = `Known are ${Object.keys(languages).join(', ')}; pass a LanguagePreset for another.`;
  throw new RexError('UNSUPPORTED', `unknown language: ${language}`, { feature: `language ${language}` }, { hint });
}
