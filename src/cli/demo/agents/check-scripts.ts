import type { Project } from '../workspace/project.ts';

/** What is checked of every project. */
export type CheckKind = 'git' | 'format' | 'generated' | 'build' | 'test' | 'docs' | 'scan';

/** The checks in the order in which they are shown. */
export const checkKinds: readonly CheckKind[] = ['git', 'format', 'generated', 'build', 'test', 'docs', 'scan'];

/** The tool whose agent makes a check. */
export function toolFor(project: Project, kind: CheckKind): string {
  return kind === 'build' || kind === 'test' || kind === 'generated' ? project.tool : 'git';
}

/** A script that succeeds when all is well, and prints what is wrong otherwise. */
export function checkScript(project: Project, kind: CheckKind): string {
  switch (kind) {
    case 'git':
      return checkGit;
    case 'format':
      return checkFormat;
    case 'generated':
      return project.generated === undefined ? 'echo "nothing is generated"' : generated(project.generated);
    case 'build':
      return project.build;
    case 'test':
      return project.test;
    case 'docs':
      return checkDocs;
    case 'scan':
      return checkScan;
  }
}

function generated({ what, check }: NonNullable<Project['generated']>): string {
  return `( ${check} ) > log 2>&1 && rm log || { tail -n 3 log; rm log; echo "${what} is stale"; false; }`;
}

const checkGit = `git fsck --full --no-progress 2>&1 || exit 1
for branch in $(git for-each-ref --format='%(refname:short)' 'refs/remotes/origin/ready/*'); do
  git merge-base --is-ancestor "$branch" HEAD && continue
  if git merge --no-commit --no-ff "$branch" > /dev/null 2>&1
  then echo "$branch is not merged"
  else echo "$branch conflicts in $(git diff --name-only --diff-filter=U | tr '\\n' ' ')"
  fi
  git merge --abort
  exit 1
done
echo "$(git rev-list --count HEAD) commits, all objects whole"`;

const checkFormat = `bad=0
if git grep -nIE '[[:space:]]+$' | cut -d: -f1 | sort | uniq -c | sed 's/$/ has space at line ends/' | grep .; then bad=1; fi
while IFS= read -r -d '' file; do
  if [[ -s $file && $(tail -c 1 "$file" | wc -l) -eq 0 ]]; then echo "$file does not end with a line"; bad=1; fi
done < <(git ls-files -z)
exit $bad`;

const checkDocs = `bad=0
for link in $(git grep -hoE '\\]\\([^)#:]+\\)' -- '*.md' | sed 's/^](//; s/)$//'); do
  if [[ ! -e $link ]]; then echo "a link leads nowhere: $link"; bad=1; fi
done
[[ -s README.md ]] || { echo "there is no README.md"; bad=1; }
exit $bad`;

const checkScan = `if git grep -nE '^(<{7}|>{7}) |-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}'; then exit 1; fi
git grep -nE 'todo: |TODO' || true`;
