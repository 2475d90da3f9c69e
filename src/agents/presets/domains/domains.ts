import { RexError } from '../../../core/errors.ts';
import type { DomainPreset, DomainTask } from './domain.ts';

/** What of the tree is not committed; a project need not be a repository. */
const tree: DomainTask = {
  name: 'tree',
  tool: 'git',
  steps: [
    {
      name: 'status',
      command: [
        'sh',
        '-c',
        'git rev-parse --git-dir >/dev/null 2>&1 || { echo "no git repository"; exit 0; }; exec git status --short --branch',
      ],
    },
  ],
};

const web: DomainPreset = {
  name: 'web',
  aliases: ['frontend', 'fullstack', 'web-development'],
  description: 'Sites and services of JavaScript and TypeScript',
  toolchain: ['git', 'npm'],
  bestPractices: [
    'Install from the lockfile.',
    'Types and lint are clean before a build.',
    'No secret reaches the browser.',
  ],
  values: {},
  phases: [
    {
      name: 'prepare',
      tasks: [{ name: 'install', tool: 'npm', steps: ['install'] }, tree],
    },
    {
      name: 'check',
      tasks: ['lint', 'typecheck'].map((script) => ({
        name: script,
        tool: 'npm',
        steps: [{ name: script, command: ['npm', 'run', '--if-present', '--silent', script] }],
      })),
    },
    {
      name: 'build',
      tasks: [
        {
          name: 'build',
          tool: 'npm',
          steps: [{ name: 'build', command: ['npm', 'run', '--if-present', '--silent', 'build'] }],
        },
      ],
    },
    { name: 'test', tasks: [{ name: 'test', tool: 'npm', steps: ['test'] }] },
  ],
  artifacts: ['dist/**', 'build/**'],
};

const ml: DomainPreset = {
  name: 'ml',
  aliases: ['data', 'data-science', 'machine-learning', 'ml/data'],
  description: 'Data and models in Python',
  toolchain: ['git', 'pip'],
  bestPractices: [
    'Seeds are fixed and written down.',
    'Training never sees the test set.',
    'Every figure says on which data.',
  ],
  values: { prepare: 'prepare.py', train: 'train.py', evaluate: 'evaluate.py' },
  phases: [
    {
      name: 'prepare',
      tasks: [
        { name: 'data', tool: 'pip', steps: [{ name: 'data', command: ['python3', '{prepare}'] }] },
        {
          name: 'syntax',
          tool: 'pip',
          steps: [
            {
              name: 'syntax',
              command: ['python3', '-m', 'compileall', '-q', '-x', '(^|/)([.]|node_modules/|venv/)[^/]', '.'],
            },
          ],
        },
      ],
    },
    {
      name: 'train',
      tasks: [{ name: 'train', tool: 'pip', steps: [{ name: 'train', command: ['python3', '{train}'] }] }],
    },
    {
      name: 'evaluate',
      tasks: [{ name: 'evaluate', tool: 'pip', steps: [{ name: 'evaluate', command: ['python3', '{evaluate}'] }] }],
    },
  ],
  artifacts: ['models/**', '*.json', '*.csv'],
};

const systems: DomainPreset = {
  name: 'systems',
  aliases: ['systems-programming', 'native', 'embedded'],
  description: 'Native programs built by CMake',
  toolchain: ['git', 'cmake', 'gdb'],
  bestPractices: ['Warnings are errors.', 'Tests run under a sanitizer.', 'Every resource has one owner.'],
  values: {},
  phases: [
    {
      name: 'configure',
      tasks: [{ name: 'configure', tool: 'cmake', steps: ['configure'] }],
      recover: { name: 'fresh tree', tool: 'cmake', steps: [{ name: 'remove', command: ['rm', '-rf', 'build'] }] },
    },
    {
      name: 'build',
      tasks: [{ name: 'build', tool: 'cmake', steps: ['build'] }],
      recover: { name: 'clean', tool: 'cmake', steps: ['clean'] },
    },
    { name: 'test', tasks: [{ name: 'test', tool: 'cmake', steps: ['test'] }] },
  ],
  artifacts: ['build/*'],
};

const devops: DomainPreset = {
  name: 'devops',
  aliases: ['sysops', 'operations', 'infrastructure'],
  description: 'Images and services with Docker',
  toolchain: ['git', 'docker'],
  bestPractices: ['An image is built from a clean tree.', 'Nothing runs as root.', 'Every deployment can be undone.'],
  values: { directory: '.', tag: 'app:latest' },
  phases: [
    {
      name: 'check',
      tasks: [tree, { name: 'engine', tool: 'docker', steps: ['version'] }],
    },
    { name: 'build', tasks: [{ name: 'image', tool: 'docker', steps: ['build'] }] },
    {
      name: 'deploy',
      tasks: [{ name: 'up', tool: 'docker', steps: ['composeUp'] }],
      validate: { name: 'running', tool: 'docker', steps: ['list'] },
      recover: { name: 'down', tool: 'docker', steps: ['composeDown'] },
    },
  ],
  artifacts: [],
};

/** The domains that come with the package, by name. */
export const domains: Readonly<Record<'web' | 'ml' | 'systems' | 'devops', DomainPreset>> = {
  web,
  ml,
  systems,
  devops,
};

/** A domain by name or alias; a preset is itself. @throws UNSUPPORTED */
export function findDomain(domain: string | DomainPreset): DomainPreset {
  if (typeof domain !== 'string') return domain;
  const wanted = domain.trim().toLowerCase();
  const found = Object.values(domains).find(({ name, aliases }) => name === wanted || aliases.includes(wanted));
  if (found) return found;
  const hint = `Known are ${Object.keys(domains).join(', ')}; pass a DomainPreset for another.`;
  throw new RexError('UNSUPPORTED', `unknown domain: ${domain}`, { feature: `domain ${domain}` }, { hint });
}
