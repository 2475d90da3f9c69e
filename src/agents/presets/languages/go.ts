import type { LanguagePreset, RequiredTool } from './language.ts';

const go: RequiredTool = {
  name: 'go',
  version: ['go', 'version'],
  install: 'Debian: apt-get install golang-go; macOS: brew install go; elsewhere: https://go.dev/doc/install',
};

/** Prints a directory for what Go keeps between builds: its own, or one in the temporary directory where that cannot be written. */
const findCache = `
command -v go >/dev/null || exit 1
own=$(go env GOCACHE 2>/dev/null)
case "$own" in /*) mkdir -p "$own" 2>/dev/null ;; esac
if [ "$own" != off ] && [ -w "$own" ]; then echo "$own"
else echo "\${TMPDIR:-/tmp}/go-build-$(id -u)"; fi`;

/** Go, with modules and without a network. */
export const golang: LanguagePreset = {
  name: 'go',
  aliases: ['golang'],
  extensions: ['.go'],
  mainFile: [{ name: 'main.go' }],
  testFile: [{ name: 'main_test.go' }],
  testPattern: /_test\.go$/,
  environment: {
    GOCACHE: '{probe}',
    GOPROXY: 'off',
    GOTOOLCHAIN: 'local',
    GOFLAGS: '-mod=mod',
    GO111MODULE: 'on',
    GOWORK: 'off',
  },
  support: [{ path: 'go.mod', content: 'module program\n\ngo 1.18\n' }],
  toolchains: [
    {
      tools: [go],
      probe: ['sh', '-c', findCache],
      check: ['go', 'vet', './...'],
      build: ['go', 'build', '-o', '{build}/program', '.'],
      run: ['{build}/program', '{args}'],
      buildTests: ['go', 'test', '-c', '-o', '{build}/tests', '.'],
      test: [{ command: ['go', 'test', '-count=1', '-v', './...'], ran: /^=== RUN/m }],
    },
  ],
  advice:
    'The program is main.go in package main of the module `program`, with the standard library alone. Tests are functions TestXxx(t *testing.T) in main_test.go of the same package.',
};
