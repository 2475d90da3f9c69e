import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandArguments, sandboxArguments } from '../../../src/sandbox/deployment/bubblewrap/bubblewrap-arguments.ts';
import { isWithin, type Region, View } from '../../../src/sandbox/deployment/bubblewrap/region.ts';

const region = (path: string, access: Region['access'], source = path, directory = true): Region => ({
  path,
  access,
  source,
  directory,
});

const view = new View([
  region('/work/project/.git', 'read'),
  region('/', 'read'),
  region('/proc', 'proc'),
  region('/dev', 'dev'),
  region('/tmp', 'write', '/state/tmp'),
  region('/work/project', 'write'),
  region('/work', 'hidden'),
  region('/etc/shadow', 'hidden', '/etc/shadow', false),
]);

test('the innermost region decides over a path', () => {
  assert.equal(view.of('/usr/bin/env').path, '/');
  assert.equal(view.of('/tmp/a').access, 'write');
  assert.equal(view.of('/tmpx').path, '/');
  assert.equal(view.of('/work/other').access, 'hidden');
  assert.equal(view.of('/work/project/src').access, 'write');
  assert.equal(view.of('/work/project/.git/hooks').access, 'read');
});

test('a hidden directory leads on to the regions inside it and to nothing else', () => {
  assert.equal(view.leadsOn('/work'), true);
  assert.equal(view.leadsOn('/work/project/.git'), false);
  assert.equal(view.leadsOn('/work/pro'), false);
  assert.equal(isWithin('/work/project', '/work/pro'), false);
});

test('a later region replaces an earlier one of the same path', () => {
  const replaced = new View([region('/', 'read'), region('/opt', 'hidden'), region('/opt', 'write')]);
  assert.equal(replaced.of('/opt/x').access, 'write');
});

test('bubblewrap gets the regions outer before inner, everything unshared and no capability', () => {
  const line = sandboxArguments({ network: 'none', disableUserNamespaces: true }, view).join(' ');
  assert.equal(
    line,
    '--unshare-all --unshare-user --disable-userns --die-with-parent --cap-drop ALL --ro-bind / / --dev /dev ' +
      '--ro-bind /dev/null /etc/shadow --proc /proc --bind /state/tmp /tmp --tmpfs /work ' +
      '--bind /work/project /work/project --ro-bind /work/project/.git /work/project/.git --remount-ro /work',
  );
});

test('the network is shared only on request', () => {
  const shared = sandboxArguments({ network: 'full', disableUserNamespaces: false }, view);
  assert.deepEqual(shared.slice(0, 4), ['--unshare-all', '--unshare-user', '--share-net', '--die-with-parent']);
});

test('a command brings its whole environment and its directory', () => {
  assert.deepEqual(
    commandArguments({ A: '1', LD_PRELOAD: 'x y' }, '/work/project'),
    '--clearenv|--setenv|A|1|--setenv|LD_PRELOAD|x y|--chdir|/work/project'.split('|'),
  );
});
