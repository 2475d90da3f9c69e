import { networkDown } from './network-down.ts';
import type { CommandTemplate, ToolPreset } from './tool-preset.ts';

const node = 'Debian: apt-get install npm; macOS: brew install node; elsewhere: https://nodejs.org';

/** npm in a project; without a manifest it would make an empty project of any directory. */
function npmHere(...words: readonly string[]): CommandTemplate {
  return [
    '/bin/sh',
    '-c',
    '[ -e package.json ] || { echo "no package.json here"; exit 66; }; exec npm "$@"',
    'sh',
    ...words,
  ];
}

/** npm. */
export const npm: ToolPreset = {
  name: 'npm',
  aliases: ['node-packages'],
  tools: [{ name: 'npm', version: ['npm', '--version'], install: node }],
  environment: {
    NO_UPDATE_NOTIFIER: '1',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
    // A silent npm above this one would keep the faults to itself, too.
    npm_config_loglevel: 'error',
    npm_config_fetch_retries: '1',
    npm_config_fetch_retry_mintimeout: '1000',
  },
  commands: {
    install: { command: npmHere('ci', '--ignore-scripts'), fallbacks: ['resolve', 'offline'] },
    resolve: { command: npmHere('install', '--ignore-scripts') },
    offline: { command: npmHere('install', '--ignore-scripts', '--offline') },
    lock: { command: npmHere('install', '--package-lock-only', '--ignore-scripts') },
    add: { command: ['npm', 'install', '--ignore-scripts', '{packages*}'] },
    run: { command: ['npm', 'run', '{script}'] },
    test: { command: ['npm', 'test'] },
    outdated: { command: ['npm', 'outdated', '--json'], accept: [1] },
  },
  handlers: [
    {
      name: 'lockfile',
      pattern:
        /can only install (?:packages )?(?:when|with an existing)|package-lock\.json.*(?:in sync|missing|out of date)|EUSAGE/,
      recover: [npmHere('install', '--package-lock-only', '--ignore-scripts')],
    },
    {
      name: 'peer-conflict',
      pattern: /ERESOLVE/,
      recover: [['npm', 'install', '--ignore-scripts', '--legacy-peer-deps']],
      retry: false,
    },
    {
      name: 'no-script',
      pattern: /Missing script: "(?<script>[^"]+)"/,
      advice: 'package.json has no script {script}: name one of its own, or add it.',
    },
    {
      name: 'no-manifest',
      pattern: /no package\.json here|enoent[\s\S]*package\.json/i,
      advice: 'There is no package.json here: give the directory of the project as `cwd`.',
    },
    { name: 'broken-manifest', pattern: /EJSONPARSE/, advice: 'package.json is no JSON: mend what npm points at.' },
    { name: 'not-cached', pattern: /ENOTCACHED/, advice: networkDown.advice },
    { name: 'broken-cache', pattern: /EINTEGRITY|Z_BUF_ERROR/, recover: [['npm', 'cache', 'clean', '--force']] },
    networkDown,
  ],
};

/** pnpm. */
export const pnpm: ToolPreset = {
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

/** Yarn. */
export const yarn: ToolPreset = {
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
