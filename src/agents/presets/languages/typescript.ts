import { nodeTool } from './javascript.ts';
import type { LanguagePreset, RequiredTool, Toolchain } from './language.ts';

const tsx: RequiredTool = {
  name: 'tsx',
  version: ['tsx', '--version'],
  install: 'npm install --global tsx, or use Node 22.18 or later, which runs TypeScript by itself',
};
const typescriptCompiler: RequiredTool = {
  name: 'tsc',
  version: ['tsc', '--version'],
  install: 'npm install --global typescript',
};

/** Prints where a program written for Node is: installed for the project, or on the PATH. */
function locate(file: string, program: string): readonly string[] {
  const script = `
    const { existsSync, realpathSync } = require('node:fs');
    const installed = () => { try { return require.resolve('${file}') } catch { return undefined } };
    const onPath = () => process.env.PATH.split(':').map((directory) => directory + '/${program}').filter(existsSync)
      .map((path) => realpathSync(path)).find((path) => /tsc$|\\.[cm]?js$/.test(path));
    const found = installed() ?? onPath();
    if (found) console.log(found); else process.exit(1);`;
  return ['node', '-e', script];
}

const checkByEsbuild = `
  const { createRequire } = require('node:module');
  const { transformSync } = createRequire(process.argv[1])('esbuild');
  for (const sourcefile of process.argv.slice(2)) {
    const text = require('node:fs').readFileSync(sourcefile, 'utf8');
    try { transformSync(text, { loader: sourcefile.endsWith('x') ? 'tsx' : 'ts', sourcefile, logLevel: 'error' }) }
    catch { process.exitCode = 1 }
  }`;

const byTsx: Toolchain = {
  tools: [tsx, nodeTool],
  probe: locate('tsx/cli', 'tsx'),
  check: ['node', '-e', checkByEsbuild, '{probe}', '{sources}', '{tests}'],
  run: ['node', '{probe}', '{main}', '{args}'],
  test: [{ command: ['node', '{probe}', '--test', '{testFiles}'] }],
};

const checkByNode = `
  const { stripTypeScriptTypes } = require('node:module');
  for (const path of process.argv.slice(1)) {
    const text = require('node:fs').readFileSync(path, 'utf8');
    try { stripTypeScriptTypes(text, { mode: 'transform' }) }
    catch (error) { console.error(path + ': ' + error.message); process.exitCode = 1 }
  }`;

function byNode(flags: readonly string[], probe: string): Toolchain {
  const start = ['node', '--disable-warning=ExperimentalWarning', ...flags];
  return {
    tools: [nodeTool],
    probe: [...start, '-e', probe],
    check: ['node', '--disable-warning=ExperimentalWarning', '-e', checkByNode, '{sources}', '{tests}'],
    run: [...start, '{main}', '{args}'],
    test: [{ command: [...start, '--test', '{testFiles}'] }],
  };
}

const compile = [
  ...['node', '{probe}', '--noCheck', '--outDir', '{build}', '--rootDir', '.', '--target', 'es2022'],
  ...['--module', 'nodenext', '--rewriteRelativeImportExtensions', '--skipLibCheck', '--types', ''],
];

const byCompiler: Toolchain = {
  tools: [typescriptCompiler, nodeTool],
  probe: locate('typescript/bin/tsc', 'tsc'),
  build: [...compile, '{sources}'],
  run: ['node', '{build}/{unit}.js', '{args}'],
  buildTests: [...compile, '{sources}', '{tests}'],
  test: [
    {
      command: [
        'sh',
        '-c',
        'for unit; do set -- "$@" "$0/$unit.js"; shift; done; node --test "$@"',
        '{build}',
        '{testUnits}',
      ],
    },
  ],
};

/** TypeScript by tsx, by Node itself, or by the compiler: whichever is there. Types are taken off, not checked. */
export const typescript: LanguagePreset = {
  name: 'typescript',
  aliases: ['ts'],
  extensions: ['.ts', '.mts', '.cts', '.tsx'],
  mainFile: [{ name: 'main.ts' }],
  testFile: [{ name: 'main.test.ts' }],
  testPattern: /(?:\.|-|_|^|\/)test\.[cm]?tsx?$/,
  environment: { NODE_OPTIONS: undefined, NODE_TEST_CONTEXT: undefined },
  support: [{ path: 'package.json', content: '{ "type": "module" }\n', unless: /\bmodule\.exports\b|=\s*require\(/ }],
  toolchains: [
    byTsx,
    byNode(['--experimental-transform-types'], "require('node:module').stripTypeScriptTypes('')"),
    byNode([], 'process.exit(process.features.typescript ? 0 : 1)'),
    byCompiler,
  ],
  advice:
    'The program is main.ts, a module run by tsx or by Node; imports of own files end in .ts. Tests import `./main.ts` and use node:test and node:assert, or are a script that throws.',
};
