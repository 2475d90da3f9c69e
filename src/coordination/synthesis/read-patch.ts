import { languageOfEnding } from '../task/keyword-rules.ts';
import { extensionOf, roleOf } from '../task/path-rules.ts';

/** What a patch changes. */
export interface PatchSummary {
  readonly files: number;
  /** Added and removed lines, without files that tools generate. */
  readonly lines: number;
  /** Changed lines by agent kind. */
  readonly linesOf: Readonly<Record<string, number>>;
}

const docs =
  /(^|\/)(docs?|documentation|website|guides?|manual|man)\/.*\.(md|mdx|rst|adoc|txt|html)$|\.(md|mdx|rst|adoc)$/;
const devops =
  /(^|\/)\.github\/(workflows|actions)|(^|\/)(\.gitlab-ci[^/]*\.yml|\.travis\.yml|\.circleci\/|azure-pipelines|Jenkinsfile|tox\.ini|noxfile\.py|\.pre-commit-config\.yaml)|(^|\/)(ci|helm|charts|k8s|deploy|terraform|ansible)\/[^/]+|\.tf$/;
const tests =
  /(^|\/)(tests?|__tests__|specs?|testdata|e2e|testing)\/|(^|\/)(test_[^/]+\.\w+|[^/]+_tests?\.\w+|[^/]+[._-](test|spec)s?\.\w+|[^/]+Tests?\.(java|kt)|conftest\.py)$/;
const generated =
  /(^|\/)(node_modules|vendor|third_party|dist)\/|(package-lock\.json|yarn\.lock|pnpm-lock\.yaml|Cargo\.lock|go\.sum|poetry\.lock|uv\.lock|\.min\.js|\.snap)$/;

const kindOfRole: Readonly<Record<string, string>> = { docker: 'docker', pm: 'package-manager', build: 'build' };

/** The agent kind that changes a file: docs, docker, devops, package manager, build, tests, then its language. */
export function kindOfPath(path: string): string | undefined {
  if (docs.test(path)) return 'docs';
  const role = roleOf(path.slice(path.lastIndexOf('/') + 1));
  if (role === 'docker') return 'docker';
  if (devops.test(path)) return 'devops';
  if (role !== undefined) return kindOfRole[role];
  if (tests.test(path)) return 'test';
  return languageOfEnding(extensionOf(path) ?? '');
}

/** Reads a unified diff; text that is none changes nothing. */
export function readPatch(patch: string): PatchSummary {
  let path = '';
  let inHunk = false;
  let lines = 0;
  const files = new Set<string>();
  const linesOf: Record<string, number> = {};
  for (const line of patch.split('\n')) {
    const header =
      /^diff --git (?:"?a\/(.+?)"?) "?b\/(.+?)"?$/.exec(line) ?? /^(\+\+\+) b\/(.+)$/.exec(inHunk ? '' : line);
    if (header) {
      path = header[2] ?? '';
      files.add(path);
      inHunk = false;
    } else if (line.startsWith('@@')) {
      inHunk = true;
    } else if (inHunk && /^[+-]/.test(line) && !generated.test(path)) {
      lines += 1;
      const kind = kindOfPath(path);
      if (kind !== undefined) linesOf[kind] = (linesOf[kind] ?? 0) + 1;
    }
  }
  return { files: files.size, lines, linesOf };
}
