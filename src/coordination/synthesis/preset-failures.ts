/** What a tool prints when one of its preset's handlers applies; `{file}` and the like stand for anything. */
export interface PresetFailure {
  /** Name of the tool's preset. */
  readonly tool: string;
  /** Name of the handler, whose pattern finds every one of the texts. */
  readonly handler: string;
  readonly texts: readonly string[];
}

const unreachable = [
  'npm error code ENOTFOUND\nnpm error network request to https://{host}/{package} failed, reason: getaddrinfo ENOTFOUND {host}',
  'getaddrinfo EAI_AGAIN {host}',
  'connect ETIMEDOUT {address}:443',
  'read ECONNRESET',
  'connect ECONNREFUSED {address}:4873',
  "Could not resolve host: '{host}'",
  'Temporary failure in name resolution',
];

/** Texts of failures that the presets of tools know. */
export const presetFailures: readonly PresetFailure[] = [
  { tool: 'npm', handler: 'network-down', texts: unreachable },
  { tool: 'pnpm', handler: 'network-down', texts: unreachable.slice(1, 5) },
  { tool: 'yarn', handler: 'network-down', texts: unreachable.slice(1, 5) },
  {
    tool: 'pip',
    handler: 'network-down',
    texts: [
      "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError': Failed to establish a new connection: [Errno -3] Temporary failure in name resolution",
      'ERROR: NewConnectionError: https://{host}/simple/{package}/',
    ],
  },
  {
    tool: 'cargo',
    handler: 'network-down',
    texts: [
      'error: failed to download from `https://{host}/api/v1/crates/{package}/{version}/download`',
      'warning: spurious network error (3 tries remaining): [6] Could not resolve hostname ({host})',
    ],
  },
  {
    tool: 'go',
    handler: 'network-down',
    texts: [
      'go: {package}@v{version}: Get "https://{host}/{package}/@v/v{version}.mod": dial tcp: lookup {host}: no such host',
    ],
  },
  {
    tool: 'maven',
    handler: 'network-down',
    texts: [
      'Could not transfer artifact {package}:jar:{version} from/to central (https://{host}/maven2): connection timed out',
    ],
  },
  {
    tool: 'npm',
    handler: 'lockfile',
    texts: [
      'npm error code EUSAGE\nnpm error The `npm ci` command can only install with an existing package-lock.json',
      'npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.\nnpm error Missing: {package}@{version} from lock file',
    ],
  },
  {
    tool: 'npm',
    handler: 'peer-conflict',
    texts: [
      'npm error code ERESOLVE\nnpm error ERESOLVE unable to resolve dependency tree\nnpm error Found: {package}@{version}',
      'npm warn ERESOLVE overriding peer dependency\nnpm error ERESOLVE could not resolve\nnpm error While resolving: {package}@{version}',
    ],
  },
  {
    tool: 'npm',
    handler: 'broken-cache',
    texts: [
      'npm error code EINTEGRITY\nnpm error sha512-{word} integrity checksum failed',
      'npm error code Z_BUF_ERROR\nnpm error unexpected end of file',
    ],
  },
  {
    tool: 'pnpm',
    handler: 'lockfile',
    texts: [
      'ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile" because pnpm-lock.yaml is not up to date with package.json',
      'ERR_PNPM_NO_LOCKFILE  Cannot install with "frozen-lockfile" because pnpm-lock.yaml is absent',
    ],
  },
  {
    tool: 'yarn',
    handler: 'lockfile',
    texts: [
      'error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.',
      'YN0028: The lockfile would have been modified by this install, which is explicitly forbidden.',
    ],
  },
  {
    tool: 'pip',
    handler: 'system-python',
    texts: [
      'error: externally-managed-environment\n\n× This environment is externally managed\n╰─> To install Python packages system-wide, try apt install python3-{package}',
    ],
  },
  { tool: 'pip', handler: 'no-pip', texts: ['/usr/bin/python3: No module named pip'] },
  {
    tool: 'cargo',
    handler: 'lockfile',
    texts: ['error: the lock file {file} needs to be updated but --locked was passed to prevent this'],
  },
  {
    tool: 'go',
    handler: 'sums',
    texts: [
      '{file}:{line}:2: missing go.sum entry for module providing package {package}',
      'go: updates to go.mod needed; to update it: go mod tidy',
      'no required module provides package {package}; to add it: go get {package}',
    ],
  },
  {
    tool: 'go',
    handler: 'no-module',
    texts: ["go: go.mod file not found in current directory or any parent directory; see 'go help modules'"],
  },
  {
    tool: 'maven',
    handler: 'stale-failure',
    texts: [
      '{package}:pom:{version} was not found in https://{host} during a previous attempt. This failure was cached in the local repository and resolution will not be reattempted',
    ],
  },
  {
    tool: 'gradle',
    handler: 'daemon-lock',
    texts: ['Timeout waiting to lock build logic queue. It is currently in use by another Gradle instance.'],
  },
  {
    tool: 'apt',
    handler: 'old-lists',
    texts: [
      'E: Unable to locate package {package}',
      'Err:1 http://{host} stable/main {package}\n  404  Not Found [IP: {address} 80]',
    ],
  },
  {
    tool: 'apt',
    handler: 'interrupted',
    texts: ["E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem."],
  },
  {
    tool: 'git',
    handler: 'stale-lock',
    texts: [
      "fatal: Unable to create '/{word}/.git/index.lock': File exists.\n\nAnother git process seems to be running in this repository",
    ],
  },
  {
    tool: 'git',
    handler: 'dirty-tree',
    texts: [
      'error: Your local changes to the following files would be overwritten by checkout:\n\t{file}\nPlease commit your changes or stash them before you switch branches.',
      'error: cannot pull with rebase: You have unstaged changes.',
    ],
  },
  {
    tool: 'git',
    handler: 'merge-conflict',
    texts: [
      'CONFLICT (content): Merge conflict in {file}\nAutomatic merge failed; fix conflicts and then commit the result.',
      'error: could not apply {word}... {word}\nhint: after resolving the conflicts, mark them',
    ],
  },
  {
    tool: 'git',
    handler: 'nothing-to-commit',
    texts: [
      'On branch main\nnothing to commit, working tree clean',
      'nothing added to commit but untracked files present',
    ],
  },
  {
    tool: 'git',
    handler: 'no-identity',
    texts: ['*** Please tell me who you are.\n\nfatal: unable to auto-detect email address (got {word}@{word})'],
  },
  { tool: 'git', handler: 'no-upstream', texts: ['fatal: The current branch {word} has no upstream branch.'] },
  {
    tool: 'git',
    handler: 'behind-remote',
    texts: [
      ' ! [rejected]        main -> main (fetch first)\nerror: failed to push some refs',
      ' ! [rejected]        {word} -> {word} (non-fast-forward)',
    ],
  },
  {
    tool: 'git',
    handler: 'network-down',
    texts: [
      "fatal: unable to access 'https://{host}/{word}.git/': Could not resolve host: {host}",
      'Failed to connect to {host} port 443 after 130 ms',
    ],
  },
  {
    tool: 'docker',
    handler: 'no-engine',
    texts: [
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
      'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
    ],
  },
  {
    tool: 'docker',
    handler: 'name-in-use',
    texts: [
      'docker: Error response from daemon: Conflict. The container name "/{word}" is already in use by container "{word}".',
    ],
  },
  { tool: 'docker', handler: 'network-missing', texts: ['Error response from daemon: network {word} not found'] },
  {
    tool: 'docker',
    handler: 'registry-down',
    texts: [
      'Error response from daemon: Get "https://{host}/v2/": net/http: TLS handshake timeout',
      'toomanyrequests: You have reached your pull rate limit.',
      'dial tcp: lookup {host}: i/o timeout',
    ],
  },
  {
    tool: 'make',
    handler: 'stale-objects',
    texts: [
      '{word}.o: file format not recognized; treating as linker script',
      'relocation R_X86_64_32 against `.rodata` can not be used when making a shared object; recompile with -fPIC',
    ],
  },
  { tool: 'make', handler: 'configure-first', texts: ['make: *** No targets specified and no makefile found.  Stop.'] },
  {
    tool: 'make',
    handler: 'generate-first',
    texts: ["make: *** No rule to make target '{file}', needed by 'all'.  Stop."],
  },
  {
    tool: 'cmake',
    handler: 'not-configured',
    texts: ['Error: could not load cache', 'Error: /{word}/build is not a directory'],
  },
  {
    tool: 'cmake',
    handler: 'moved-tree',
    texts: [
      'CMake Error: The current CMakeCache.txt directory /{word}/build/CMakeCache.txt is different than the directory /{word}/old where CMakeCache.txt was created.',
    ],
  },
  {
    tool: 'gdb',
    handler: 'no-tracing',
    texts: ['warning: Could not trace the inferior process.\nptrace: Operation not permitted'],
  },
];
