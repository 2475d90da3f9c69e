/** Carries a directory into a sandbox and back: modes, links and empty directories survive. */
import assert from 'node:assert/strict';
import { chmod, lstat, mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalDeployment } from 'hrm-rex';

const here = await mkdtemp(join(tmpdir(), 'hrm-rex-example-'));
await mkdir(join(here, 'project/empty'), { recursive: true });
await writeFile(join(here, 'project/hello.sh'), '#!/bin/sh\necho "hello from $(basename "$PWD")" | tee said.txt\n');
await chmod(join(here, 'project/hello.sh'), 0o755);
await symlink('hello.sh', join(here, 'project/link'));

{
  await using box = await new LocalDeployment().start();
  const target = join(here, 'in-the-sandbox');
  const sent = await box.runtime.upload(join(here, 'project'), target);
  await box.runtime.execute('./link', { cwd: target, check: 'raise' });
  const text = await box.runtime.readFile(join(target, 'said.txt'));
  await box.runtime.download(target, join(here, 'back'));
  console.log(
    `${sent.files} file, ${sent.links} link and ${sent.directories} directories sent; it said: ${text.trim()}`,
  );
}

assert.equal((await lstat(join(here, 'back/hello.sh'))).mode & 0o777, 0o755);
assert.equal(await readlink(join(here, 'back/link')), 'hello.sh');
assert.ok((await lstat(join(here, 'back/empty'))).isDirectory());
assert.equal(await readFile(join(here, 'back/said.txt'), 'utf8'), 'hello from in-the-sandbox\n');
await rm(here, { recursive: true });
