import { agentKinds } from './agent-kinds.ts';
import type { WorkspaceSummary } from './planning-task.ts';

/** What a text says when it speaks of an agent kind. */
export const keywords: Readonly<Record<string, RegExp>> = {
  python: /\b(python3?|pypi|pip|pytest|django|flask|numpy|pandas|asyncio|mypy|pydantic|py\d*)\b|\.pyi?\b/i,
  'javascript-typescript':
    /\b(java ?script|type ?script|js|ts|node(js)?|npm|react|vue|svelte|angular|jsx|tsx|esm|eslint|deno|bun)\b|\.[cm]?[jt]sx?\b/i,
  rust: /\b(rust|cargo|crates?|rustc|tokio|clippy|rustfmt|serde)\b|\.rs\b/i,
  go: /\b(golang|goroutines?|gofmt|go (mod|vet|test|build|routine|module|\d)[\w.]*)\b|\.go\b/i,
  java: /\b(java|jvm|jdk|maven|gradle|spring|junit|kotlin)\b|\.java\b/i,
  'c-cpp': /\b(c\+\+\d*|cpp|clang|gcc|g\+\+|msvc|cmake|libc|headers?|segfault)\b|\.(c|cc|cpp|h|hpp)\b/i,
  git: /\b(git|revert|reverts|cherry-?pick|submodules?|gitignore|gitattributes|rebase|bisect|mailmap)\b/i,
  docker: /\b(docker\w*|containers?|compose|images?|podman|buildx|oci)\b/i,
  'package-manager':
    /\b(dependenc(y|ies)|deps?|bump|upgrade|packages?|lock ?files?|npm|yarn|pnpm|pip|requirements|go\.mod|cargo\.(toml|lock)|package\.json|version \d)\b/i,
  build:
    /\b(build|builds|compile|compiler|make|makefile|cmake|bazel|gradle|webpack|rollup|vite|linker|tsconfig|setup\.py|toolchain)\b/i,
  debug:
    /\b(fix(e[sd]|ing)?|bugs?|crash(es|ed)?|panics?|fail(s|ed|ing|ure)?|broken|wrong|incorrect|regression|leak|errors?|deadlock)\b/i,
  test: /\b(tests?|testing|specs?|coverage|assert\w*|mock(s|ed|ing)?|fixtures?|e2e|unittest|flaky)\b/i,
  web: /\b(http\w*|html|css|web\w*|browsers?|react|vue|svelte|routes?|routing|router|requests?|responses?|server|frontend|urls?|cookies?|api)\b/i,
  'ml-data':
    /\b(models?|train(ing|ed|er)?|tensors?|gpu|cuda|torch|pytorch|keras|tensorflow|numpy|pandas|dataframes?|datasets?|arrays?|neural|llm|embeddings?)\b/i,
  systems:
    /\b(kernel|memory|threads?|mutex|lock(s|ing)?|syscalls?|alloc\w*|compiler|cpu|linux|windows|epoll|buffers?|sockets?|async|runtime|simd)\b/i,
  devops:
    /\b(ci|cd|workflows?|github actions?|actions|pipelines?|deploy\w*|kubernetes|k8s|helm|terraform|jenkins|travis|release|cluster|pods?)\b/i,
  docs: /\b(docs?|documentation|readme|changelog|typos?|guides?|tutorials?|docstrings?|comments?|examples?|document(ed|s)?)\b/i,
  security:
    /\b(security|vulnerab\w+|cve|xss|csrf|auth\w*|tls|ssl|certs?|certificates?|crypto\w*|passwords?|tokens?|encrypt\w*|sanitiz\w*|permissions?|secrets?)\b/i,
};

/** Endings of source files by language. */
export const sourceEndings: Readonly<Record<string, readonly string[]>> = {
  python: ['py', 'pyi', 'pyx', 'pxd', 'ipynb'],
  'javascript-typescript': ['js', 'jsx', 'mjs', 'cjs', 'ts', 'tsx', 'mts', 'cts', 'vue', 'svelte', 'coffee'],
  rust: ['rs'],
  go: ['go'],
  java: ['java'],
  'c-cpp': ['c', 'h', 'cc', 'cpp', 'cxx', 'hpp', 'hh', 'hxx', 'cu', 'cuh', 'inl', 'ipp'],
};

/** Characters of a text that are read; what follows counts for nothing. */
export const readLength = 20_000;

/** Names of the agent kinds of which a text speaks. */
export function mentionedKinds(text: string): ReadonlySet<string> {
  const read = text.slice(0, readLength);
  return new Set(agentKinds.filter(({ name }) => keywords[name]?.test(read)).map(({ name }) => name));
}

/** Whether a text asks for a change of what a program does, which usually comes with tests. */
export function changesBehaviour(text: string): boolean {
  return /\b(fix(e[sd])?|add(s|ed)?|support(s|ed)?)\b/i.test(text.slice(0, readLength));
}

/** The language of files with this ending; undefined where it is no source file. */
export function languageOfEnding(ending: string): string | undefined {
  return Object.keys(sourceEndings).find((language) => sourceEndings[language]?.includes(ending));
}

/** The language that most source files of a workspace are written in; undefined where there are none. */
export function mainLanguage({ ext }: WorkspaceSummary): string | undefined {
  const counts = Object.entries(sourceEndings).map(([language, endings]) => ({
    language,
    files: endings.reduce((sum, ending) => sum + (Object.hasOwn(ext, ending) ? (ext[ending] as number) : 0), 0),
  }));
  const most = counts.reduce((best, next) => (next.files > best.files ? next : best));
  return most.files > 0 ? most.language : undefined;
}
