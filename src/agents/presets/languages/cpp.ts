import type { LanguagePreset, Toolchain } from './language.ts';

const install = 'Debian: apt-get install g++; macOS: xcode-select --install; Windows: https://www.msys2.org';

function toolchain(program: string): Toolchain {
  const compile = [program, '-std={standard}', '-O1', '-Wall', '-pthread'];
  return {
    tools: [{ name: program, version: [program, '--version'], install }],
    probe: [program, '--version'],
    check: [program, '-std={standard}', '-Wall', '-fsyntax-only', '{sources}'],
    build: [...compile, '-o', '{build}/program', '{sources}'],
    run: ['{build}/program', '{args}'],
    buildTests: [...compile, '-I.', '-o', '{testProgram}', '{testSources}', '{testHelpers}', '{test}'],
    testsAreApart: true,
    test: [{ command: ['{testProgram}'] }],
  };
}

/** C++ by GCC or Clang; the standard is an option. */
export const cpp: LanguagePreset = {
  name: 'c++',
  aliases: ['cpp', 'cxx', 'cc', 'cplusplus', 'g++'],
  extensions: ['.cpp', '.cc', '.cxx'],
  mainFile: [{ name: 'main.cpp' }],
  testFile: [{ name: 'tests.cpp' }],
  testPattern: /(?:^|\/)(?:tests?|test_[^/]*|[^/]*_tests?)\.(?:cpp|cc|cxx)$/,
  entryPattern: /\bmain\s*\([^;{]*\)\s*(?:->\s*\w+\s*)?\{/,
  standard: 'c++20',
  environment: { LC_ALL: 'C.UTF-8' },
  support: [],
  toolchains: [toolchain('g++'), toolchain('clang++'), toolchain('c++')],
  advice:
    'The program is main.cpp, built as C++20 (option `standard`) with the standard library. Tests are a program tests.cpp with its own main, or several; each is linked with all files that have none, and may include headers or main.cpp.',
};
