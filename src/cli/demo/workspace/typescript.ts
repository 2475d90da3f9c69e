import type { Project } from './project.ts';

const generate = `// Writes src/codes.generated.ts from src/codes.json.
import { readFileSync, writeFileSync } from 'node:fs';

const codes = JSON.parse(readFileSync('src/codes.json', 'utf8'));
const lines = Object.entries(codes).map(([name, code]) => \`  \${name}: \${code},\`);
const text = \`// Made by scripts/generate.mjs from codes.json.\\nexport const codes = {\\n\${lines.join('\\n')}\\n} as const;\\n\`;
if (process.argv[2] === '--check') process.exit(readFileSync('src/codes.generated.ts', 'utf8') === text ? 0 : 1);
writeFileSync('src/codes.generated.ts', text);
`;

const index = `import { codes } from './codes.generated.js';

/** Name of a status. */
export type Name = keyof typeof codes;

/** The code of a status. */
export function codeOf(name: Name): number {
  return codes[name];
}

/** The name of a status, or undefined for a code that is none. */
export function nameOf(code: number): Name | undefined {
  return (Object.keys(codes) as Name[]).find((name) => codes[name] === code);
}
`;

const tests = `import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { codeOf, nameOf } from '../dist/index.js';

test('every status has its code', () => {
  for (const [name, code] of Object.entries(JSON.parse(readFileSync('src/codes.json', 'utf8')))) {
    assert.equal(codeOf(name), code);
    assert.equal(nameOf(code), name);
  }
});

test('another code has no name', () => {
  assert.equal(nameOf(299), undefined);
});
`;

const configuration = {
  compilerOptions: {
    target: 'es2022',
    lib: ['es2022'],
    module: 'nodenext',
    moduleResolution: 'nodenext',
    types: [],
    strict: true,
    rootDir: 'src',
    outDir: 'dist',
  },
  include: ['src'],
};

const codes = (entries: Readonly<Record<string, number>>): string => `${JSON.stringify(entries, undefined, 2)}\n`;

/** Names of status codes: a file that is generated from a list is older than the list. */
export const typescript: Project = {
  name: 'typescript',
  language: 'typescript',
  needs: { what: 'tsc', probe: 'tsc --version && node --version' },
  build: 'tsc -p .',
  test: 'tsc -p . && node --test test/',
  tool: 'npm',
  generated: {
    what: 'src/codes.generated.ts',
    check: 'node scripts/generate.mjs --check',
    make: 'node scripts/generate.mjs',
  },
  repairs: ['regenerate'],
  history: [
    {
      message: 'Add status codes',
      files: {
        'src/codes.json': codes({ ok: 200, moved: 301, missing: 404 }),
        'src/codes.generated.ts':
          '// Made by scripts/generate.mjs from codes.json.\nexport const codes = {\n  ok: 200,\n  moved: 301,\n  missing: 404,\n} as const;\n',
        'src/index.ts': index,
        'scripts/generate.mjs': generate,
        'test/codes.test.mjs': tests,
        'tsconfig.json': `${JSON.stringify(configuration, undefined, 2)}\n`,
        'package.json': '{\n  "name": "codes",\n  "private": true,\n  "type": "module"\n}\n',
        '.gitignore': 'dist/\n',
        'README.md': '# Codes\n\nThe list is [codes.json](src/codes.json).\n',
      },
    },
    {
      message: 'Add the code for too many requests',
      files: { 'src/codes.json': codes({ ok: 200, moved: 301, missing: 404, busy: 429 }) },
    },
  ],
};
