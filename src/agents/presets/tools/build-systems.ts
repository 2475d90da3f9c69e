import { packageManagers } from './package-managers.ts';
import type { ToolPreset } from './tool-preset.ts';

const make: ToolPreset = {
  name: 'make',
  aliases: ['gmake'],
  tools: [{ name: 'make', version: ['make', '--version'], install: 'Debian: apt-get install make' }],
  environment: { LC_ALL: 'C' },
  commands: {
    build: { command: ['make', '{targets*}'] },
    parallel: { command: ['make', '--jobs=2', '{targets*}'], fallbacks: ['build'] },
    test: { command: ['make', 'test'] },
    clean: { command: ['make', 'clean'] },
    plan: { command: ['make', '--dry-run', '{targets*}'] },
  },
  handlers: [
    {
      name: 'generate-first',
      pattern: /No rule to make target '(?<missing>[^']+)'/,
      needs: ['generate'],
      recover: [['make', '{generate}']],
      advice: 'Give the value `generate`: the target that makes what is missing.',
    },
    {
      name: 'stale-objects',
      pattern: /file format not recognized|recompile with -fPIC|file truncated|incompatible with .* output/,
      recover: [['make', 'clean']],
    },
    { name: 'configure-first', pattern: /no makefile found/, recover: [['sh', './configure']] },
  ],
};

const cmake: ToolPreset = {
  name: 'cmake',
  aliases: [],
  tools: [{ name: 'cmake', version: ['cmake', '--version'], install: 'Debian: apt-get install cmake' }],
  commands: {
    configure: { command: ['cmake', '-S', '.', '-B', 'build'] },
    build: { command: ['cmake', '--build', 'build'] },
    test: { command: ['ctest', '--test-dir', 'build', '--output-on-failure'] },
    clean: { command: ['cmake', '--build', 'build', '--target', 'clean'] },
  },
  handlers: [
    {
      name: 'not-configured',
      pattern: /could not load cache|is not a directory|No such file or directory.*build/i,
      recover: [['cmake', '-S', '.', '-B', 'build']],
    },
    {
      name: 'moved-tree',
      pattern: /CMakeCache\.txt directory .* is different|does not match the (?:source|generator)/,
      recover: [
        ['rm', '-rf', 'build'],
        ['cmake', '-S', '.', '-B', 'build'],
      ],
    },
  ],
};

/** Build systems by name; Cargo, Maven, Gradle and npm are package managers that build too. */
export const buildSystems: Readonly<Record<string, ToolPreset>> = {
  make,
  cmake,
  ...Object.fromEntries(
    ['cargo', 'maven', 'gradle', 'npm', 'go'].map((name) => [name, packageManagers[name] as ToolPreset]),
  ),
};
