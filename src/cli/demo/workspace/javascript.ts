import type { Project } from './project.ts';

const router = `/** Finds the handler for a path: '/users/:id' takes any one part in place of ':id'. */
export class Router {
  #routes = [];

  add(pattern, handler) {
    this.#routes.push({ parts: split(pattern), handler });
    return this;
  }

  find(path) {
    const parts = split(path);
    for (const route of this.#routes) {
      const parameters = match(route.parts, parts);
      if (parameters) return { handler: route.handler, parameters };
    }
    return undefined;
  }
}

function split(path) {
  return path.split('/').filter((part) => part !== '');
}

function match(pattern, parts) {
  if (pattern.length !== parts.length) return undefined;
  const parameters = {};
  for (const [index, part] of pattern.entries()) {
    if (part.startsWith(':')) parameters[part.slice(1)] = decodeURIComponent(parts[index]);
    else if (part !== parts[index]) return undefined;
  }
  return parameters;
}
`;

const tests = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Router } from '../src/router.js';

const router = new Router().add('/users', 'list').add('/users/:id', 'show');

test('a path without parameters', () => {
  assert.deepEqual(router.find('/users/'), { handler: 'list', parameters: {} });
});

test('a parameter is decoded', () => {
  assert.deepEqual(router.find('/users/a%20b'), { handler: 'show', parameters: { id: 'a b' } });
});

test('nothing fits', () => {
  assert.equal(router.find('/teams'), undefined);
});

test('a star takes the rest of a path', { todo: 'nobody has written it yet' }, () => {
  const files = new Router().add('/files/*', 'send');
  assert.deepEqual(files.find('/files/a/b.txt'), { handler: 'send', parameters: { '*': 'a/b.txt' } });
});
`;

const manifest = (version: string, dependencies: Readonly<Record<string, string>>): string =>
  `${JSON.stringify({ name: 'router', version, private: true, type: 'module', dependencies }, undefined, 2)}\n`;

const vendor = (name: string): string =>
  `${JSON.stringify({ name, version: '1.0.0', main: 'index.js' }, undefined, 2)}\n`;

const lock = `${JSON.stringify(
  {
    name: 'router',
    version: '1.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name: 'router', version: '1.0.0', dependencies: { 'tiny-bench': 'file:vendor/tiny-bench' } },
      'node_modules/tiny-bench': { resolved: 'vendor/tiny-bench', link: true },
      'vendor/tiny-bench': { version: '1.0.0' },
    },
  },
  undefined,
  2,
)}\n`;

const npm = 'npm_config_cache=/tmp/npm npm_config_update_notifier=false npm';
const quietly = '--offline --ignore-scripts --no-audit --no-fund --loglevel=error';

/** A router for paths: its lockfile was forgotten when a dependency came, and one test waits to be written for. */
export const javascript: Project = {
  name: 'javascript',
  language: 'javascript',
  needs: { what: 'node', probe: 'node --version' },
  build: 'for file in src/*.js; do node --check "$file" || exit 1; done',
  test: 'node --test test/',
  code: { main: 'src/router.js', test: 'test/router.test.js' },
  tool: 'npm',
  generated: {
    what: 'package-lock.json',
    check: `${npm} ci --dry-run ${quietly}`,
    make: `${npm} install --package-lock-only ${quietly}`,
    needs: { what: 'npm', probe: 'npm --version' },
  },
  repairs: ['regenerate'],
  history: [
    {
      message: 'Add a router',
      files: {
        'src/router.js': router,
        'test/router.test.js': tests,
        'package.json': manifest('1.0.0', { 'tiny-bench': 'file:vendor/tiny-bench' }),
        'package-lock.json': lock,
        'vendor/tiny-bench/package.json': vendor('tiny-bench'),
        'vendor/tiny-bench/index.js': 'exports.measure = (work) => work();\n',
        '.gitignore': 'node_modules/\n',
        'README.md': '# Router\n\nSee [router.js](src/router.js).\n',
      },
    },
    {
      message: 'Depend on tiny-table for the table of results',
      files: {
        'package.json': manifest('1.1.0', {
          'tiny-bench': 'file:vendor/tiny-bench',
          'tiny-table': 'file:vendor/tiny-table',
        }),
        'vendor/tiny-table/package.json': vendor('tiny-table'),
        'vendor/tiny-table/index.js': "exports.table = (rows) => rows.join('\\n');\n",
      },
    },
  ],
};
