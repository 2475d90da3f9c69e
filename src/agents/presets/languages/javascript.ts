import type { LanguagePreset, RequiredTool } from './language.ts';

/** Node itself. */
export const nodeTool: RequiredTool = {
  name: 'node',
  version: ['node', '--version'],
  install: 'Debian: apt-get install nodejs; macOS: brew install node; elsewhere: https://nodejs.org/en/download',
};

/** Text that only a module can hold. */
export const moduleSyntax: RegExp =
  /^(?:import\s*[\w{*'"]|export\s|(?:const|let|var)\s[^\n]*=\s*await\s|await\s|for\s+await\b)/m;

/** JavaScript by Node. */
export const javascript: LanguagePreset = {
  name: 'javascript',
  aliases: ['js', 'node', 'nodejs'],
  extensions: ['.js', '.mjs', '.cjs'],
  mainFile: [{ name: 'main.js' }],
  testFile: [{ name: 'main.test.mjs', when: moduleSyntax }, { name: 'main.test.cjs' }],
  testPattern: /(?:\.|-|_|^|\/)test\.[cm]?js$/,
  environment: { NODE_OPTIONS: undefined, NODE_TEST_CONTEXT: undefined },
  support: [{ path: 'package.json', content: '{ "type": "module" }\n', when: moduleSyntax }],
  toolchains: [
    {
      tools: [nodeTool],
      check: ['node', '--check', '{main}'],
      run: ['node', '{main}', '{args}'],
      test: [{ command: ['node', '--test', '{testFiles}'] }],
    },
  ],
  advice:
    'The program is main.js, started as `node main.js`: a module where it imports or exports, else CommonJS. Tests import `./main.js` (or require it) and use node:test and node:assert, or are a script that throws.',
};
