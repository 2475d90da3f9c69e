import { networkDown } from './network-down.ts';
import { npm, pnpm, yarn } from './node-packages.ts';
import { pip } from './python-packages.ts';
import type { ToolPreset } from './tool-preset.ts';

const cargo: ToolPreset = {
  name: 'cargo',
  aliases: ['rust-packages'],
  tools: [
    { name: 'cargo', version: ['cargo', '--version'], install: 'https://rustup.rs; Debian: apt-get install cargo' },
  ],
  environment: { CARGO_TERM_COLOR: 'never', CARGO_NET_RETRY: '1' },
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
