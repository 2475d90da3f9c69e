/** Removes the lock `$1` unless a running git holds it. */
export const removeLock: string = `
root=$(git rev-parse --show-toplevel) || exit
for process in /proc/[0-9]*; do
  case "$(readlink "$process/exe" 2>/dev/null)" in */git | */git-*) ;; *) continue ;; esac
  [ "$process" = "/proc/$$" ] && continue
  case "$(readlink "$process/cwd" 2>/dev/null)" in "$root" | "$root"/*) echo "git is at work: $process"; exit 1 ;; esac
done
rm -f -- "$1"`;

/**
 * Settles every conflict by one side (`ours`, `theirs`) or by both (`union`) of rule `$1`, then goes on with what was
 * under way, conflict after conflict. A file that one side has removed goes where that side wins. Binary files have no union.
 */
export const settle: string = `
rule=$1
cd "$(git rev-parse --show-toplevel)" || exit
directory=$(git rev-parse --absolute-git-dir)
scratch=$(mktemp -d) || exit
trap 'rm -rf "$scratch"' EXIT
conflicts() { git diff --name-only --diff-filter=U -z; }
has() { git cat-file -e ":$1:$2" 2>/dev/null; }
settle_file() {
  local ours theirs stage
  has 2 "$1" && ours=2; has 3 "$1" && theirs=3
  case $rule in
    ours) stage=$ours ;;
    theirs) stage=$theirs ;;
    union)
      if [[ $ours && $theirs ]]; then
        for stage in 1 2 3; do git show ":$stage:$1" >"$scratch/$stage" 2>/dev/null || : >"$scratch/$stage"; done
        git merge-file --union -p "$scratch/2" "$scratch/1" "$scratch/3" >"$scratch/all" || { echo "no union of $1"; return 1; }
        cat "$scratch/all" >"./$1" && git add -- ":(literal)$1"
        return
      fi
      stage=$ours$theirs ;;
    *) echo "no rule is called $rule"; return 1 ;;
  esac
  if [[ ! $stage ]]; then git rm --quiet --force -- ":(literal)$1"
  elif [[ $stage = 2 ]]; then git checkout --quiet --ours -- ":(literal)$1" && git add -- ":(literal)$1"
  else git checkout --quiet --theirs -- ":(literal)$1" && git add -- ":(literal)$1"; fi
}
go_on() {
  local what=$1
  if git diff --cached --quiet HEAD; then git "$what" --skip; else git "$what" --continue; fi
}
export GIT_EDITOR=true
while :; do
  while IFS= read -r -d '' file; do settle_file "$file" || exit; done < <(conflicts)
  if [[ -e $directory/rebase-merge || -e $directory/rebase-apply ]]; then go_on rebase
  elif [[ -e $directory/CHERRY_PICK_HEAD ]]; then go_on cherry-pick
  elif [[ -e $directory/REVERT_HEAD ]]; then go_on revert
  elif [[ -e $directory/MERGE_HEAD ]]; then git commit --no-edit
  else exit 0; fi && exit
  [[ $(conflicts | tr -d '\\0') ]] || exit 1
done`;

/** Takes in what the remote has, by rule `$1` where both changed the same; without a rule all stays as it was. */
export const catchUp: string = `
git pull --quiet --rebase --autostash && exit
if [[ $1 ]] && git rev-parse --quiet --verify REBASE_HEAD >/dev/null; then
  ( ${settle}
  ) && exit
fi
git rebase --abort 2>/dev/null
exit 1`;

/** Gives back what was stashed; where it conflicts with what came, the tree stays whole and the stash stays. */
export const unstash: string = `
if [[ $(git ls-files --unmerged) ]]; then echo 'what was changed is kept in the stash until the conflict is settled'; exit 1; fi
git stash pop --quiet && exit
git reset --quiet --merge
echo 'what was changed conflicts with what came: it is kept in the stash'
exit 1`;
