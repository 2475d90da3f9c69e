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
      recover: [['make', '--always-make', '{targets*}']],
      retry: false,
    },
    {
      name: 'configure-first',
      pattern: /no makefile found/,
      recover: [['sh', './configure']],
      advice: 'There is neither a Makefile nor a configure script here: give the directory of the project as `cwd`.',
    },
    {
      name: 'missing-program',
      pattern: /(?:^|: )(?<program>[^\s:]+): (?:No such file or directory|(?:command )?not found)\n[\s\S]*Error 127$/m,
      advice: 'The Makefile needs {program}, which is not installed or not in the PATH.',
    },
    { name: 'spaces', pattern: /missing separator/, advice: 'Lines of a recipe begin with a tab, not with spaces.' },
  ],
};

const cmake: ToolPreset = {
  name: 'cmake',
  aliases: [],
  tools: [{ name: 'cmake', version: ['cmake', '--version'], install: 'Debian: apt-get install cmake' }],
  commands: {
    configure: { command: ['cmake', '-S', '.', '-B', 'build'] },
    build: { command: ['cmake', '--build', 'build'] },
    test: { command: ['ctest', '--test-dir', 'build', '--output-on-failure', '--no-tests=error'] },
    clean: { command: ['cmake', '--build', 'build', '--target', 'clean'] },
  },
  handlers: [
    {
      name: 'no-project',
      pattern: /does not appear to contain CMakeLists\.txt/,
      advice: 'There is no CMakeLists.txt here: give the directory of the project as `cwd`.',
    },
    {
      name: 'not-configured',
      pattern:
        /could not load cache|build is not a directory|No rule to make target 'Makefile'|loading 'build\.ninja'/i,
      recover: [['cmake', '-S', '.', '-B', 'build']],
      advice: 'The project cannot be configured: see what the step `configure` says.',
    },
    {
      name: 'not-built',
      pattern: /Failed to change working directory|Could not find executable|Unable to find executable/,
      recover: [
        ['cmake', '-S', '.', '-B', 'build'],
        ['cmake', '--build', 'build'],
      ],
      advice: 'The tests cannot be built: see what the step `build` says.',
    },
    {
      name: 'no-tests',
      pattern: /No tests were found/,
      advice: 'The project adds no tests: CMakeLists.txt takes enable_testing() and add_test(…).',
    },
    {
      name: 'missing-compiler',
      pattern:
        /No CMAKE_\w+_COMPILER could be found|The CMAKE_\w+_COMPILER:|Could not find compiler set in environment/,
      advice:
        'No compiler is installed for a language of the project, or the one that is named is not there; Debian: apt-get install g++.',
    },
    {
      name: 'missing-package',
      pattern: /(?:Could not find a package configuration file provided by|Could NOT find) "?(?<package>\w+)/,
      advice: 'CMake does not find {package}: install its development files, or name its place in CMAKE_PREFIX_PATH.',
    },
    {
      name: 'old-cmake',
      pattern: /CMake (?<wanted>[\d.]+) or higher is required/,
      advice: 'The project asks for CMake {wanted}: install a newer one.',
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
