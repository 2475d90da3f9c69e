import { networkDown } from './network-down.ts';
import type { CommandTemplate, ToolPreset } from './tool-preset.ts';

/** Python of the project's own environment, where it has one. */
function python(...words: readonly string[]): CommandTemplate {
  return [
    '/bin/sh',
    '-c',
    'if [ -x .venv/bin/python ]; then exec .venv/bin/python "$@"; fi; exec python3 "$@"',
    'sh',
    ...words,
  ];
}

/** pip, and what a project does with its Python. */
export const pip: ToolPreset = {
  name: 'pip',
  aliases: ['python-packages', 'pip3'],
  tools: [
    { name: 'python3', version: ['python3', '--version'], install: 'Debian: apt-get install python3' },
    { name: 'pip', version: ['pip', '--version'], install: 'Debian: apt-get install python3-pip python3-venv' },
  ],
  environment: { PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1', PIP_RETRIES: '1' },
  commands: {
    install: { command: python('-m', 'pip', 'install', '--requirement', 'requirements.txt') },
    add: { command: python('-m', 'pip', 'install', '{packages*}') },
    list: { command: python('-m', 'pip', 'list', '--format=json') },
    venv: { command: ['python3', '-m', 'venv', '.venv'] },
    test: { command: python('-m', 'unittest', 'discover') },
  },
  handlers: [
    {
      name: 'system-python',
      pattern: /externally-managed-environment/,
      recover: [['python3', '-m', 'venv', '.venv']],
      advice: 'Packages belong in an environment of the project; venv could not make one (python3-venv).',
    },
    {
      name: 'no-requirements',
      pattern: /Could not open requirements file/,
      recover: [python('-m', 'pip', 'install', '.')],
      retry: false,
      advice: 'There is no requirements.txt, and the project itself cannot be installed.',
    },
    { name: 'no-pip', pattern: /No module named '?pip'?$/m, recover: [['python3', '-m', 'ensurepip', '--user']] },
    networkDown,
    {
      name: 'missing-module',
      pattern: /ModuleNotFoundError: No module named '(?<module>[^']+)'/,
      recover: [python('-m', 'pip', 'install', '--requirement', 'requirements.txt')],
      advice: 'The module {module} is not installed: name its package in requirements.txt.',
    },
  ],
};
