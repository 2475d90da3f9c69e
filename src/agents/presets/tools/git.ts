import type { ToolPreset } from './tool-preset.ts';

/** Removes a lock that no running git holds. */
const removeLock = `
root=$(git rev-parse --show-toplevel) || exit
for process in /proc/[0-9]*; do
  case "$(readlink "$process/exe" 2>/dev/null)" in */git | */git-*) ;; *) continue ;; esac
  [ "$process" = "/proc/$$" ] && continue
  case "$(readlink "$process/cwd" 2>/dev/null)" in "$root" | "$root"/*) echo "git is at work: $process"; exit 1 ;; esac
done
rm -f -- "$1"`;

/** Settles every conflict by one side (\`ours\`, \`theirs\`) or by both (\`union\`), then goes on with what was under way. */
const settle = `
git diff --name-only --diff-filter=U -z | while IFS= read -r -d '' file; do
  if [ "$1" = union ]; then
    for stage in 1 2 3; do git show ":$stage:$file" >"$file.stage$stage" 2>/dev/null || : >"$file.stage$stage"; done
    git merge-file --union -p "$file.stage2" "$file.stage1" "$file.stage3" >"$file" || exit
    rm -f "$file.stage1" "$file.stage2" "$file.stage3"
  else
    git checkout "--$1" -- "$file" || exit
  fi
  git add -- "$file" || exit
done || exit
directory=$(git rev-parse --git-dir)
if [ -e "$directory/rebase-merge" ] || [ -e "$directory/rebase-apply" ]; then GIT_EDITOR=true git rebase --continue
elif [ -e "$directory/CHERRY_PICK_HEAD" ]; then GIT_EDITOR=true git cherry-pick --continue
elif [ -e "$directory/REVERT_HEAD" ]; then GIT_EDITOR=true git revert --continue
else git commit --no-edit; fi`;

/** Git. */
export const git: ToolPreset = {
  name: 'git',
  aliases: ['vcs'],
  tools: [
    { name: 'git', version: ['git', '--version'], install: 'Debian: apt-get install git; macOS: brew install git' },
  ],
  environment: { GIT_TERMINAL_PROMPT: '0', GIT_PAGER: 'cat', GIT_EDITOR: 'true', LC_ALL: 'C' },
  commands: {
    init: { command: ['git', 'init', '--quiet'] },
    clone: { command: ['git', 'clone', '--quiet', '{url}', '{directory}'] },
    status: { command: ['git', 'status', '--short', '--branch'] },
    diff: { command: ['git', 'diff', '--stat', '--patch'] },
    log: { command: ['git', 'log', '--oneline', '--max-count=20'] },
    add: { command: ['git', 'add', '--all', '--', '{files*}'] },
    commit: { command: ['git', 'commit', '--quiet', '--message', '{message}'] },
    branch: { command: ['git', 'switch', '--create', '{branch}'], fallbacks: ['switch'] },
    switch: { command: ['git', 'switch', '{branch}'] },
    merge: { command: ['git', 'merge', '--no-edit', '{branch}'] },
    rebase: { command: ['git', 'rebase', '{branch}'] },
    revert: { command: ['git', 'revert', '--no-edit', '{commit}'] },
    stash: { command: ['git', 'stash', 'push', '--include-untracked'] },
    fetch: { command: ['git', 'fetch', '--quiet'] },
    pull: { command: ['git', 'pull', '--quiet', '--no-rebase', '--no-edit'] },
    push: { command: ['git', 'push', '--quiet'], gated: true },
    bisectStart: { command: ['git', 'bisect', 'start', '{bad}', '{good}'] },
    bisectRun: { command: ['git', 'bisect', 'run', '{test*}'] },
    bisectReset: { command: ['git', 'bisect', 'reset'] },
    abort: {
      command: ['sh', '-c', 'git merge --abort || git rebase --abort || git cherry-pick --abort || git revert --abort'],
    },
  },
  handlers: [
    {
      name: 'stale-lock',
      pattern: /Unable to create '(?<lock>[^']+\.lock)': File exists/,
      recover: [['sh', '-c', removeLock, 'sh', '{lock}']],
      advice: 'Another git works in this repository: wait for it.',
    },
    {
      name: 'dirty-tree',
      pattern:
        /local changes to the following files would be overwritten|untracked working tree files would be overwritten|Please commit your changes or stash them|You have unstaged changes|your local changes would be overwritten/,
      recover: [['git', 'stash', 'push', '--include-untracked', '--message', 'kept by hrm-rex']],
      finish: [['git', 'stash', 'pop']],
      advice: 'Commit or stash what was changed.',
    },
    {
      name: 'merge-conflict',
      pattern: /^CONFLICT|Automatic merge failed|could not apply|after resolving the conflicts/m,
      needs: ['conflictRule'],
      recover: [['bash', '-c', settle, 'bash', '{conflictRule}']],
      retry: false,
      advice: 'Give the value `conflictRule` (ours, theirs, union), or settle the conflict by hand.',
    },
    {
      name: 'nothing-to-commit',
      pattern: /nothing to commit|nothing added to commit|no changes added to commit/,
      accept: true,
    },
    {
      name: 'no-identity',
      pattern: /Please tell me who you are|unable to auto-detect email address|empty ident name/,
      recover: [
        ['git', 'config', 'user.name', 'hrm-rex'],
        ['git', 'config', 'user.email', 'hrm-rex@localhost'],
      ],
    },
    {
      name: 'no-upstream',
      pattern: /has no upstream branch/,
      recover: [['git', 'push', '--quiet', '--set-upstream', 'origin', 'HEAD']],
      retry: false,
    },
    {
      name: 'behind-remote',
      pattern: /\[rejected\].*\((?:fetch first|non-fast-forward)\)/,
      recover: [['git', 'pull', '--quiet', '--rebase']],
    },
    {
      name: 'network-down',
      pattern: /Could not resolve host|Failed to connect|Connection (?:timed out|refused|reset)|unable to access/,
      recover: [['sleep', '1']],
      times: 2,
      advice: 'The remote cannot be reached: check network and address.',
    },
  ],
};
