import type { Project, RepairKind } from '../workspace/project.ts';
import { checkScript } from './check-scripts.ts';

/** Exit code of a repair that found nothing to repair. */
export const NOT_NEEDED = 3;

/**
 * A script that makes one repair and commits it, and prints what it did. It begins with a clean tree and leaves one: a
 * repair whose process ended is made again from the start, and one that was committed is not made again.
 */
export function repairScript(project: Project, kind: RepairKind): string {
  return `git bisect reset > /dev/null 2>&1; git merge --abort 2> /dev/null; git reset --quiet --hard; git clean -fdxq
if git log --format=%B | grep -qx 'Repair: ${kind}'; then git log -1 --grep 'Repair: ${kind}' --format=%s; exit 0; fi
keep() { git add --all && git commit --quiet -m "$1" -m 'Repair: ${kind}' && echo "$1"; }
${scripts[kind](project)}`;
}

const scripts: Readonly<Record<RepairKind, (project: Project) => string>> = {
  // Lists of changes take the lines of both sides; nothing else is merged without somebody.
  merge: () => `echo 'CHANGELOG.md merge=union' > .git/info/attributes
for branch in $(git for-each-ref --format='%(refname:short)' 'refs/remotes/origin/ready/*'); do
  git merge-base --is-ancestor "$branch" HEAD && continue
  git merge --quiet --no-ff --no-commit "$branch" || { git merge --abort; echo "no rule for this conflict"; exit 1; }
  keep "Merge $branch, with the changes of both sides" || exit 1
done`,

  format: () => `git ls-files -z | while IFS= read -r -d '' file; do
  grep -qI . "$file" || continue
  sed -i 's/[[:space:]]*$//' "$file"
  [[ ! -s $file || $(tail -c 1 "$file" | wc -l) -eq 1 ]] || echo >> "$file"
done
git diff --quiet && exit ${NOT_NEEDED}
keep "Remove space at line ends in $(git diff --name-only | tr '\\n' ' ' | sed 's/ $//')"`,

  regenerate: ({ generated }) => `( ${generated?.make} ) > /dev/null || exit 1
git diff --quiet && exit ${NOT_NEEDED}
keep 'Make ${generated?.what} again'`,

  'build-step': ({ build }) => `log=$( { ${build}; } 2>&1 ) && exit ${NOT_NEEDED}
added=''
for symbol in $(grep -oE 'undefined reference to .[A-Za-z_]+' <<< "$log" | grep -oE '[A-Za-z_]+$' | sort -u); do
  for file in $(git grep -lE "^[A-Za-z].* $symbol\\\\(" -- '*.cpp'); do
    grep -q "$file" Makefile || { sed -i "s|^SOURCES = .*|& $file|" Makefile; added="$added $file"; }
  done
done
{ ${build}; } > /dev/null 2>&1 || { echo "no rule for this failure: $(tail -n 3 <<< "$log")"; exit 1; }
keep "Compile$added"`,

  bisect: (project) => {
    const test = checkScript(project, 'test');
    return `passes() { ( ${test} ) > /dev/null 2>&1; }
passes && exit ${NOT_NEEDED}
branch=$(git symbolic-ref --short HEAD)
for good in $(git rev-list --reverse HEAD); do git checkout --quiet --detach "$good"; passes && break; good=''; done
git checkout --quiet "$branch"
[[ $good ]] || { echo 'no commit passes its tests'; exit 1; }
git bisect start HEAD "$good" > /dev/null 2>&1
git bisect run bash -c ${quote(`( ${test} ) > /dev/null 2>&1`)} > /dev/null 2>&1 || exit 1
bad=$(git rev-parse refs/bisect/bad); tried=$(git bisect log | grep -cE '^git bisect (good|bad)')
git bisect reset > /dev/null 2>&1
git revert --no-commit "$bad" || { git revert --abort; exit 1; }
passes || { echo "the tests fail without $bad as well"; exit 1; }
keep "Revert $(git log -1 --format='%h (%s)' "$bad"), found by bisection in $tried steps"`;
  },
};

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
