import type { LanguagePreset, RequiredTool } from './language.ts';

const install = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh; Debian: apt-get install rustc cargo";
const rustc: RequiredTool = { name: 'rustc', version: ['rustc', '--version'], install };
const cargo: RequiredTool = { name: 'cargo', version: ['cargo', '--version'], install };
const compile = ['rustc', '--edition', '{standard}', '-C', 'debuginfo=0', '-A', 'dead_code'];
const ran = /test result: \w+\. (?!0 passed; 0 failed)/;

/** Rust: single files by `rustc`, packages with a `Cargo.toml` by `cargo` without a network. */
export const rust: LanguagePreset = {
  name: 'rust',
  aliases: ['rs', 'rustc', 'cargo'],
  extensions: ['.rs'],
  mainFile: [{ name: 'main.rs' }],
  testFile: [{ name: 'tests.rs' }],
  testPattern: /(?:^|\/)(?:tests?\.rs|tests\/[^/]*\.rs|[^/]*_tests?\.rs)$/,
  standard: '2021',
  environment: { CARGO_NET_OFFLINE: 'true', CARGO_TERM_COLOR: 'never', CARGO_TARGET_DIR: '{build}' },
  support: [],
  toolchains: [
    {
      tools: [cargo, rustc],
      manifest: 'Cargo.toml',
      mainFile: [{ name: 'src/main.rs', when: /\bfn\s+main\s*\(/ }, { name: 'src/lib.rs' }],
      testFile: [{ name: 'tests/tests.rs' }],
      check: ['cargo', 'check', '--offline', '--quiet'],
      build: ['cargo', 'build', '--offline', '--quiet'],
      run: ['cargo', 'run', '--offline', '--quiet', '--', '{args}'],
      buildTests: ['cargo', 'test', '--offline', '--quiet', '--no-run'],
      test: [{ command: ['cargo', 'test', '--offline', '--quiet'], ran }],
    },
    {
      tools: [rustc],
      check: [...compile, '--crate-name', 'checked', '--emit=metadata', '--out-dir', '{build}', '{main}'],
      build: [...compile, '--crate-name', 'program', '-o', '{build}/program', '{main}'],
      run: ['{build}/program', '{args}'],
      buildTests: [...compile, '--crate-name', 'tests', '--test', '-o', '{testProgram}', '{test}'],
      testsAreApart: true,
      test: [{ command: ['{testProgram}'], ran }],
    },
  ],
  advice:
    'The program is main.rs, one file built by rustc with the standard library alone; with a Cargo.toml it is a package without a network. Tests are `#[test]` functions in tests.rs, which brings the code in with `#[path = "main.rs"] mod main;`, or in the code itself.',
};
