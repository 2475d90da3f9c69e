import { catchUp, removeLock, settle, unstash } from './git-scripts.ts';
import type { ToolPreset } from './tool-preset.ts';

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
    bisectStart: { command: ['git', 'bisect', 'start', '{bad}', '{good}', '--'] },
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
      finish: [['bash', '-c', unstash]],
      advice: 'Commit or stash what was changed; what could not be given back is in the stash.',
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
      name: 'unfinished',
      pattern:
        /because you have unmerged files|cannot switch branch while|not concluded your|rebase-(?:merge|apply) directory|previous (?:cherry-pick|revert) .* in progress/,
      needs: ['conflictRule'],
      recover: [['bash', '-c', settle, 'bash', '{conflictRule}']],
      advice: 'A merge, rebase or pick is under way: finish it, give the value `conflictRule`, or run `abort`.',
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
      recover: [['bash', '-c', catchUp, 'bash', '{conflictRule*}']],
      advice: 'The remote has changes that conflict with these: give the value `conflictRule`, or merge them.',
    },
    {
      name: 'detached-head',
      pattern: /You are not currently on a branch/,
      needs: ['branch'],
      recover: [['git', 'switch', '--create', '{branch}']],
      advice: 'No branch is checked out: switch to one, or give the value `branch`, the name of a new one.',
    },
    {
      name: 'unknown-name',
      pattern:
        /invalid reference|not something we can merge|unknown revision|bad revision|invalid upstream|valid revision|ambiguous argument/,
      recover: [['git', 'fetch', '--quiet', '--all']],
      advice: 'There is no branch or commit of this name, neither here nor at the remotes.',
    },
    {
      name: 'no-repository',
      pattern: /not a git repository/,
      advice: 'This directory is in no repository: run `init` or `clone`, or give the directory of one as `cwd`.',
    },
    {
      name: 'unrelated-histories',
      pattern: /refusing to merge unrelated histories/,
      advice: 'The two branches have no commit in common; `git merge --allow-unrelated-histories` joins them.',
    },
    {
      name: 'foreign-owner',
      pattern: /detected dubious ownership/,
      advice:
        'The repository belongs to another user: name its directory in `safe.directory` of git, or change its owner.',
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
