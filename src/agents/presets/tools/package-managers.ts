import type { ErrorHandler, ToolPreset } from './tool-preset.ts';

const networkDown: ErrorHandler = {
  name: 'network-down',
  pattern:
    /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNRE(?:SET|FUSED)|Temporary failure (?:in name resolution|resolving)|Could not resolve|NewConnectionError|network is unreachable|dial tcp|failed to download from|Could not transfer artifact/i,
  recover: [['sleep', '1']],
  times: 2,
  advice: 'The registry cannot be reached: check network, proxy and registry address.',
};

const node = 'Debian: apt-get install npm; macOS: brew install node; elsewhere: https://nodejs.org';

/** npm. */
const npm: ToolPreset = {
  name: 'npm',
  aliases: ['node-packages'],
  tools: [{ name: 'npm', version: ['npm', '--version'], install: node }],
  environment: {
    NO_UPDATE_NOTIFIER: '1',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
    // A silent npm above this one would keep the faults to itself, too.
    npm_config_loglevel: 'error',
  },
  commands: {
    install: { command: ['npm', 'ci', '--ignore-scripts'], fallbacks: ['resolve', 'offline'] },
    resolve: { command: ['npm', 'install', '--ignore-scripts'] },
    offline: { command: ['npm', 'install', '--ignore-scripts', '--offline'] },
    lock: { command: ['npm', 'install', '--package-lock-only', '--ignore-scripts'] },
    add: { command: ['npm', 'install', '--ignore-scripts', '{packages*}'] },
    run: { command: ['npm', 'run', '--silent', '{script}'] },
    test: { command: ['npm', 'test', '--silent'] },
    outdated: { command: ['npm', 'outdated', '--json'], accept: [1] },
  },
  handlers: [
    {
      name: 'lockfile',
      pattern:
        /can only install (?:packages )?(?:when|with an existing)|package-lock\.json.*(?:in sync|missing|out of date)|EUSAGE/,
      recover: [['npm', 'install', '--package-lock-only', '--ignore-scripts']],
    },
    {
      name: 'peer-conflict',
      pattern: /ERESOLVE/,
      recover: [['npm', 'install', '--ignore-scripts', '--legacy-peer-deps']],
      retry: false,
    },
    { name: 'broken-cache', pattern: /EINTEGRITY|Z_BUF_ERROR/, recover: [['npm', 'cache', 'clean', '--force']] },
    networkDown,
  ],
};

const pnpm: ToolPreset = {
  name: 'pnpm',
  aliases: [],
  tools: [{ name: 'pnpm', version: ['pnpm', '--version'], install: 'npm install --global pnpm' }],
  environment: { CI: 'true' },
  commands: {
    install: { command: ['pnpm', 'install', '--frozen-lockfile', '--ignore-scripts'], fallbacks: ['offline'] },
    offline: { command: ['pnpm', 'install', '--offline', '--ignore-scripts'] },
    add: { command: ['pnpm', 'add', '--ignore-scripts', '{packages*}'] },
    run: { command: ['pnpm', 'run', '{script}'] },
    test: { command: ['pnpm', 'test'] },
  },
  handlers: [
    {
      name: 'lockfile',
      pattern: /ERR_PNPM_(?:NO_LOCKFILE|OUTDATED_LOCKFILE|FROZEN_LOCKFILE\w*)/,
      recover: [['pnpm', 'install', '--no-frozen-lockfile', '--ignore-scripts']],
      retry: false,
    },
    networkDown,
  ],
};

const yarn: ToolPreset = {
  name: 'yarn',
  aliases: [],
  tools: [{ name: 'yarn', version: ['yarn', '--version'], install: 'npm install --global yarn' }],
  commands: {
    install: { command: ['yarn', 'install', '--frozen-lockfile'] },
    add: { command: ['yarn', 'add', '{packages*}'] },
    run: { command: ['yarn', 'run', '{script}'] },
    test: { command: ['yarn', 'test'] },
  },
  handlers: [
    { name: 'lockfile', pattern: /lockfile needs to be updated|YN0028/, recover: [['yarn', 'install']], retry: false },
    networkDown,
  ],
};

const pip: ToolPreset = {
  name: 'pip',
  aliases: ['python-packages', 'pip3'],
  tools: [{ name: 'pip', version: ['pip', '--version'], install: 'Debian: apt-get install python3-pip python3-venv' }],
  environment: { PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1' },
  commands: {
    install: { command: ['python3', '-m', 'pip', 'install', '--requirement', 'requirements.txt'] },
    add: { command: ['python3', '-m', 'pip', 'install', '{packages*}'] },
    list: { command: ['python3', '-m', 'pip', 'list', '--format=json'] },
    venv: { command: ['python3', '-m', 'venv', '.venv'] },
    test: { command: ['python3', '-m', 'unittest', 'discover'] },
  },
  handlers: [
    {
      name: 'system-python',
      pattern: /externally-managed-environment/,
      recover: [
        ['python3', '-m', 'venv', '.venv'],
        ['.venv/bin/python', '-m', 'pip', 'install', '--requirement', 'requirements.txt'],
      ],
      retry: false,
    },
    { name: 'no-pip', pattern: /No module named pip/, recover: [['python3', '-m', 'ensurepip', '--user']] },
    networkDown,
  ],
};

const cargo: ToolPreset = {
  name: 'cargo',
  aliases: ['rust-packages'],
  tools: [
    { name: 'cargo', version: ['cargo', '--version'], install: 'https://rustup.rs; Debian: apt-get install cargo' },
  ],
  environment: { CARGO_TERM_COLOR: 'never' },
  commands: {
    install: { command: ['cargo', 'fetch', '--locked'] },
    add: { command: ['cargo', 'add', '{packages*}'] },
    build: { command: ['cargo', 'build', '--locked'], fallbacks: ['offline'] },
    offline: { command: ['cargo', 'build', '--offline'] },
    test: { command: ['cargo', 'test', '--locked'] },
  },
  handlers: [
    {
      name: 'lockfile',
      pattern: /lock file .*needs to be updated but --locked|cannot (?:create|update) the lock file .*--locked/,
      recover: [['cargo', 'generate-lockfile', '--offline']],
    },
    networkDown,
  ],
};

const goModules: ToolPreset = {
  name: 'go',
  aliases: ['go-modules', 'golang'],
  tools: [
    {
      name: 'go',
      version: ['go', 'version'],
      install: 'Debian: apt-get install golang-go; https://go.dev/doc/install',
    },
  ],
  commands: {
    install: { command: ['go', 'mod', 'download'] },
    add: { command: ['go', 'get', '{packages*}'] },
    tidy: { command: ['go', 'mod', 'tidy'] },
    build: { command: ['go', 'build', './...'] },
    test: { command: ['go', 'test', './...'] },
  },
  handlers: [
    {
      name: 'no-module',
      pattern: /go\.mod file not found|cannot find main module|does not contain main module/,
      needs: ['module'],
      recover: [['go', 'mod', 'init', '{module}']],
      advice: 'Give the value `module`: the name of the module that is made.',
    },
    {
      name: 'sums',
      pattern: /missing go\.sum entry|updates to go\.(?:mod|sum) needed|no required module provides/,
      recover: [['go', 'mod', 'tidy']],
    },
    networkDown,
  ],
};

const maven: ToolPreset = {
  name: 'maven',
  aliases: ['mvn'],
  tools: [{ name: 'mvn', version: ['mvn', '--version'], install: 'Debian: apt-get install maven' }],
  commands: {
    install: { command: ['mvn', '--batch-mode', '--quiet', 'dependency:go-offline'] },
    build: { command: ['mvn', '--batch-mode', '--quiet', 'package', '-DskipTests'], fallbacks: ['offline'] },
    offline: { command: ['mvn', '--offline', '--batch-mode', '--quiet', 'package', '-DskipTests'] },
    test: { command: ['mvn', '--batch-mode', 'test'] },
  },
  handlers: [
    {
      name: 'stale-failure',
      pattern: /was not found in .* during a previous attempt|resolution will not be reattempted/,
      recover: [['mvn', '--batch-mode', '--quiet', '--update-snapshots', 'dependency:resolve']],
    },
    networkDown,
  ],
};

const gradle: ToolPreset = {
  name: 'gradle',
  aliases: ['gradlew'],
  tools: [{ name: 'gradle', version: ['gradle', '--version'], install: 'https://gradle.org/install' }],
  commands: {
    build: {
      command: ['gradle', '--no-daemon', '--console=plain', 'build', '-x', 'test'],
      fallbacks: ['wrapper', 'offline'],
    },
    wrapper: { command: ['sh', './gradlew', '--no-daemon', '--console=plain', 'build', '-x', 'test'] },
    offline: { command: ['gradle', '--offline', '--no-daemon', '--console=plain', 'build', '-x', 'test'] },
    test: { command: ['gradle', '--no-daemon', '--console=plain', 'test'] },
  },
  handlers: [{ name: 'daemon-lock', pattern: /Timeout waiting to lock/, recover: [['gradle', '--stop']] }, networkDown],
};

const apt: ToolPreset = {
  name: 'apt',
  aliases: ['apt-get', 'debian-packages'],
  tools: [{ name: 'apt-get', version: ['apt-get', '--version'], install: 'part of Debian and Ubuntu' }],
  environment: { DEBIAN_FRONTEND: 'noninteractive' },
  commands: {
    install: {
      command: [
        'apt-get',
        'install',
        '--yes',
        '--no-install-recommends',
        '-o',
        'DPkg::Lock::Timeout=60',
        '{packages*}',
      ],
      gated: true,
    },
    update: { command: ['apt-get', 'update', '--quiet'] },
    search: { command: ['apt-cache', 'search', '{words*}'] },
  },
  handlers: [
    {
      name: 'old-lists',
      pattern: /Unable to locate package|404 +Not Found|Hash Sum mismatch/,
      recover: [['apt-get', 'update', '--quiet']],
    },
    { name: 'interrupted', pattern: /dpkg was interrupted/, recover: [['dpkg', '--configure', '--all']] },
    networkDown,
  ],
};

/** Package managers by name. */
export const packageManagers: Readonly<Record<string, ToolPreset>> = {
  npm,
  pnpm,
  yarn,
  pip,
  cargo,
  go: goModules,
  maven,
  gradle,
  apt,
};

/** Which file of a project tells its package manager, in order. */
const manifests: readonly (readonly [file: string, manager: string])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['package.json', 'npm'],
  ['requirements.txt', 'pip'],
  ['pyproject.toml', 'pip'],
  ['Cargo.toml', 'cargo'],
  ['go.mod', 'go'],
  ['pom.xml', 'maven'],
  ['build.gradle', 'gradle'],
  ['build.gradle.kts', 'gradle'],
];

/** The package manager of a project with these files; undefined where none is known. */
export function packageManagerOf(files: Iterable<string>): ToolPreset | undefined {
  const names = new Set(files);
  const manager = manifests.find(([file]) => names.has(file))?.[1];
  return manager === undefined ? undefined : packageManagers[manager];
}
