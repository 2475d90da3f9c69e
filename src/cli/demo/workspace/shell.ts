import type { Project } from './project.ts';

const release = `# Names of releases, newest last.
newest() {
  sort -V | tail -n 1
}

next() {
  local major minor patch
  IFS=. read -r major minor patch <<< "$1"
  printf '%s.%s.%s\\n' "$major" "$minor" "$((patch + 1))"
}
`;

const tests = `# Tests share one machine: they take turns. 75 says that another run has the lock.
lock=\${LOCK_DIRECTORY:-/tmp}/release.lock
if ! mkdir "$lock" 2> /dev/null; then
  echo "the lock is held by process $(cat "$lock/pid" 2> /dev/null)"
  exit 75
fi
echo "$$" > "$lock/pid"
trap 'rm -rf "$lock"' EXIT

source bin/release.sh || exit 1
failed=0
check() {
  if [[ $2 == "$3" ]]; then echo "ok $1"; else echo "not ok $1: $2 is not $3"; failed=1; fi
}
check 'the newest' "$(printf '1.9.0\\n1.10.0\\n1.2.0\\n' | newest)" 1.10.0
check 'the next' "$(next 1.10.0)" 1.10.1
exit "$failed"
`;

/** Scripts for releases: one came from another system with its line ends, and its tests share a lock that somebody left. */
export const shell: Project = {
  name: 'shell',
  language: 'shell',
  needs: { what: 'bash', probe: 'bash --version' },
  build: 'for file in bin/*.sh test/*.sh; do bash -n "$file" || exit 1; done',
  test: 'bash test/run.sh',
  tool: 'git',
  repairs: ['format'],
  history: [
    {
      message: 'Name releases',
      files: {
        'bin/release.sh': release,
        'test/run.sh': tests,
        'README.md': '# Releases\n\nSee [release.sh](bin/release.sh).\n',
      },
    },
    {
      message: 'Explain what is newest',
      files: {
        'bin/release.sh': release.replace('newest last.', 'newest last.  \n# By number.').replaceAll('\n', '\r\n'),
      },
    },
  ],
};
