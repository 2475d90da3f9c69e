import { invalidArgument } from '../../../core/errors.ts';
import { fillText } from './fill-command.ts';
import type { LanguagePreset, NameChoice, Toolchain } from './language.ts';
import { checkFileName } from './work-directory.ts';

/** Texts by path, relative to the directory of the program. */
export type CodeFiles = Readonly<Record<string, string>>;

/** Code as a caller gives it. */
export interface CodeSource {
  /** Text of the main file. Needed unless `files` has it. */
  readonly code?: string | undefined;
  /** Further files, or all of them. */
  readonly files?: CodeFiles | undefined;
  /** Path of the main file. Default: what the language calls it, or the only file with an entry point. */
  readonly main?: string | undefined;
  /** Text of a test file, test files by path, or `true`: tests are in the code. */
  readonly tests?: string | CodeFiles | true | undefined;
}

/** All files of a program, and what each is for. */
export interface CodeLayout {
  readonly files: ReadonlyMap<string, string>;
  /** Files that the caller did not give: they replace nothing. */
  readonly support: ReadonlySet<string>;
  readonly main: string;
  readonly code: string;
  readonly sources: readonly string[];
  /** Sources that tests are built with. */
  readonly testSources: readonly string[];
  readonly tests: readonly string[];
  /** Those of the tests that are run, where others only help them. */
  readonly testFiles: readonly string[];
}

/** Decides which file is what. @throws INVALID_ARGUMENT for a source without code or with paths that lead outside */
export function layOut(source: CodeSource, language: LanguagePreset, toolchain: Toolchain): CodeLayout {
  const files = new Map(Object.entries(source.files ?? {}).map(([path, text]) => [checkFileName(path), text]));
  const given = typeof source.tests === 'object' ? Object.entries(source.tests) : [];
  for (const [path, text] of given) files.set(checkFileName(path), text);
  const isSource = (path: string): boolean => language.extensions.some((extension) => path.endsWith(extension));

  const main = source.main ? checkFileName(source.main) : findMain(source, files, language, toolchain);
  if (source.code !== undefined) files.set(main, source.code);
  const code = files.get(main);
  if (code === undefined) throw invalidArgument('code', `the program's text, or a file ${main}`, source.code);

  const tests = given.map(([path]) => checkFileName(path)).filter(isSource);
  if (typeof source.tests === 'string') {
    const name = chooseName(toolchain.testFile ?? language.testFile, source.tests);
    files.set(name, source.tests);
    tests.push(name);
  }
  if (source.tests === true) {
    const found = [...files.keys()].filter((path) => path !== main && language.testPattern.test(path));
    tests.push(...(found.length > 0 ? found : [main]));
  }
  const support = new Set<string>();
  for (const { path, content, when, unless } of language.support) {
    if (files.has(path) || !(when?.test(code) ?? true) || unless?.test(code)) continue;
    files.set(path, content);
    support.add(path);
  }
  const sources = [...files.keys()].filter(
    (path) => isSource(path) && (path === main || !(tests.includes(path) || language.testPattern.test(path))),
  );
  const testSources = sources.filter(
    (path) => !tests.includes(path) && !language.entryPattern?.test(files.get(path) ?? ''),
  );
  const named = tests.filter((path) => language.testPattern.test(path));
  const testFiles = named.length > 0 ? named : tests.length > 0 ? tests : [main];
  return { files, support, main, code, sources, testSources, tests, testFiles };
}

/** A qualified name of a file as its language writes it, such as `app.Main` for a Java class. */
export function unitOf(language: LanguagePreset, path: string, text: string): string {
  if (!language.unitPrefix) return path.replace(/\.\w+$/, '').replaceAll('/', language.unitSeparator ?? '/');
  const prefix = language.unitPrefix.exec(text)?.[1];
  const name = path.replace(/^.*\//, '').replace(/\.\w+$/, '');
  return prefix === undefined ? name : `${prefix}.${name}`;
}

function findMain(
  { code }: CodeSource,
  files: ReadonlyMap<string, string>,
  language: LanguagePreset,
  toolchain: Toolchain,
): string {
  const choices = toolchain.mainFile ?? language.mainFile;
  if (code !== undefined) return chooseName(choices, code);
  const sources = [...files].filter(
    ([path]) => language.extensions.some((extension) => path.endsWith(extension)) && !language.testPattern.test(path),
  );
  const named = sources.find(([path, text]) => path === chooseName(choices, text) && /main/i.test(path));
  const entry = named ?? sources.find(([, text]) => /\bmain\s*\(/.test(text)) ?? sources[0];
  return entry?.[0] ?? chooseName(choices, '');
}

function chooseName(choices: readonly NameChoice[], text: string): string {
  for (const { name, when } of choices) {
    const match = when ? when.exec(text) : [];
    if (match) return fillText(name.replaceAll(/\$(\d)/g, '{$1}'), { 1: match[1] ?? '', 2: match[2] ?? '' });
  }
  throw invalidArgument('mainFile', 'a choice without `when`', choices.length);
}
