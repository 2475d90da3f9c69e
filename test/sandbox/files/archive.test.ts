import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFile,
  link,
  lstat,
  mkdir,
  readFile,
  readlink,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { packTree, unpackTree } from '../../../src/sandbox/files/archive.ts';
import { isBrokenArchive } from '../../../src/sandbox/files/file-errors.ts';
import { encodePax } from '../../../src/sandbox/files/pax-records.ts';
import { blockBytes, encodeHeader } from '../../../src/sandbox/files/tar-header.ts';
import { gather, inScratch, rejectsWith, scratch, streamOf } from './scratch.ts';
import { directory, pattern, plant, survey } from './trees.ts';

const hasTar = spawnSync('tar', ['--version']).stdout?.includes('GNU tar') === true;

test('any tree survives tar and untar bit for bit, however the stream is cut', async () => {
  const law = fc.asyncProperty(directory, fc.integer({ min: 50, max: 5000 }), (tree, cut) =>
    inScratch(async (base) => {
      await plant(join(base, 'source'), tree);
      const before = await survey(join(base, 'source'));
      const tar = await gather(packTree(join(base, 'source')));
      const result = await unpackTree(pieces(tar, cut), join(base, 'made/target'));
      assert.deepEqual(await survey(join(base, 'made/target')), before);
      assert.equal(result.files + result.directories + result.links, Object.keys(before).length);
    }),
  );
  await fc.assert(law, { numRuns: 40 });
});

test('GNU tar reads what is packed, and its archives are read', { skip: !hasTar && 'needs GNU tar' }, async () => {
  const law = fc.asyncProperty(directory, fc.constantFrom('gnu', 'pax', 'ustar'), (tree, format) =>
    inScratch(async (base) => {
      await plant(join(base, 'top'), tree);
      const before = await survey(join(base, 'top'), format === 'pax' ? 'ms' : 's');
      await mkdir(join(base, 'by-tar'));
      execFileSync('tar', ['xpf', '-', '-C', join(base, 'by-tar')], {
        input: await gather(packTree(join(base, 'top'))),
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      assert.deepEqual(await survey(join(base, 'by-tar/top'), 's'), await survey(join(base, 'top'), 's'));
      const packed = spawnSync('tar', ['cf', '-', `--format=${format}`, '-C', base, 'top'], { maxBuffer: 2 ** 28 });
      if (packed.status !== 0) return;
      await unpackTree(streamOf(packed.stdout), join(base, 'target'));
      assert.deepEqual(await survey(join(base, 'target'), format === 'pax' ? 'ms' : 's'), before);
    }),
  );
  await fc.assert(law, { numRuns: 25, endOnFailure: true });
});

test('a single file goes to its target, or inside a directory under its own name', async (context) => {
  const base = await scratch(context);
  await writeFile(join(base, 'one.txt'), 'content');
  await mkdir(join(base, 'into'));
  await unpackTree(packTree(join(base, 'one.txt')), join(base, 'a/b'));
  await unpackTree(packTree(join(base, 'one.txt'), { name: 'other.txt' }), join(base, 'into'));
  assert.equal(await readFile(join(base, 'a/b'), 'utf8'), 'content');
  assert.equal(await readFile(join(base, 'into/other.txt'), 'utf8'), 'content');
});

test('unpacking merges as an upload does', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'source/sub'), { recursive: true });
  await writeFile(join(base, 'source/sub/same'), 'new');
  await mkdir(join(base, 'target/sub'), { recursive: true });
  await writeFile(join(base, 'target/sub/same'), 'old');
  await writeFile(join(base, 'target/kept'), 'kept');
  await unpackTree(packTree(join(base, 'source')), join(base, 'target'));
  assert.equal(await readFile(join(base, 'target/sub/same'), 'utf8'), 'new');
  assert.equal(await readFile(join(base, 'target/kept'), 'utf8'), 'kept');
  await writeFile(join(base, 'blocked'), 'a file');
  await rejectsWith(unpackTree(packTree(join(base, 'source')), join(base, 'blocked')), 'FILE_EXISTS');
});

for (const name of ['../out', '/absolute', 'a/../../out', '..']) {
  test(`a member ${name} is refused`, async (context) => {
    const base = await scratch(context);
    await rejectsWith(unpackTree(tarOf(member({ name })), join(base, 'in/target'), { strip: 0 }), 'PATH_ESCAPE');
    assert.equal(await exists(join(base, 'in/out')), false);
  });
}

test('a member that goes through a link of the archive, or of the target, is refused', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'outside'));
  const through = tarOf(
    member({ name: 'top/leak', type: '2', linkName: '../outside' }),
    member({ name: 'top/leak/planted' }),
  );
  await rejectsWith(unpackTree(through, join(base, 'one')), 'PATH_ESCAPE');
  await mkdir(join(base, 'two'));
  await symlink('../outside', join(base, 'two/leak'));
  await rejectsWith(unpackTree(tarOf(member({ name: 'top/leak/planted' })), join(base, 'two')), 'PATH_ESCAPE');
  const hard = member({ name: 'top/copy', type: '1', linkName: 'top/leak/secret' });
  await writeFile(join(base, 'outside/secret'), 'secret');
  await rejectsWith(unpackTree(tarOf(hard), join(base, 'two')), 'PATH_ESCAPE');
  await rejectsWith(
    unpackTree(tarOf(member({ name: 'top/x', type: '1', linkName: '../outside/secret' })), join(base, 'two')),
    'PATH_ESCAPE',
  );
  assert.equal(await exists(join(base, 'outside/planted')), false);
});

test('no sequence of members writes outside the target', async () => {
  const part = fc.constantFrom('a', 'b', '..', '.', '', 'c');
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const any = fc.record({
    name: path,
    type: fc.constantFrom('0', '1', '2', '5'),
    linkName: fc.oneof(path, fc.constant('../../sentinel')),
  });
  const law = fc.asyncProperty(fc.array(any, { maxLength: 8 }), (members) =>
    inScratch(async (base) => {
      await mkdir(join(base, 'sentinel'));
      await writeFile(join(base, 'sentinel/file'), 'x');
      const before = await survey(base);
      const tar = tarOf(...members.map((one) => member(one)));
      await unpackTree(tar, join(base, 'in/target'), { strip: 0 }).catch((error: { code?: string }) =>
        assert.ok(error.code),
      );
      const after = Object.entries(await survey(base)).filter(([at]) => at !== '' && !at.startsWith('/in'));
      assert.deepEqual(
        Object.fromEntries(after),
        Object.fromEntries(Object.entries(before).filter(([at]) => at !== '')),
      );
    }),
  );
  await fc.assert(law, { numRuns: 150 });
});

test('hard links stay one file, wherever they stand in the stream', async (context) => {
  const base = await scratch(context);
  const tar = () =>
    tarOf(member({ name: 'top/one', content: 'x' }), member({ name: 'top/two', type: '1', linkName: 'top/one' }));
  await unpackTree(tar(), join(base, 'target'));
  await unpackTree(tar(), join(base, 'target'));
  assert.equal((await lstat(join(base, 'target/one'))).ino, (await lstat(join(base, 'target/two'))).ino);
  assert.deepEqual(Object.keys(await survey(join(base, 'target'))).sort(), ['', '/one', '/two']);
  const circle = tarOf(
    member({ name: 'top/a', type: '1', linkName: 'top/b' }),
    member({ name: 'top/b', type: '1', linkName: 'top/a' }),
  );
  await rejectsWith(unpackTree(circle, join(base, 'other')), 'FILE_NOT_FOUND');
  await rejectsWith(
    unpackTree(tarOf(member({ name: 'top/a', type: '1', linkName: 'top/a' })), join(base, 'self')),
    'FILE_NOT_FOUND',
  );
});

test('of two members with one name the later wins', async (context) => {
  const base = await scratch(context);
  const versions = Array.from({ length: 20 }, (_, index) => member({ name: 'top/file', content: String(index) }));
  await unpackTree(tarOf(...versions), join(base, 'target'));
  assert.equal(await readFile(join(base, 'target/file'), 'utf8'), '19');
});

test('set-id and sticky bits, devices and pipes are left out', async (context) => {
  const base = await scratch(context);
  const tar = tarOf(
    member({ name: 'top/setuid', mode: 0o4755 }),
    member({ name: 'top/device', type: '3' }),
    member({ name: 'top/pipe', type: '6' }),
  );
  assert.equal((await unpackTree(tar, join(base, 'target'))).files, 1);
  assert.equal((await stat(join(base, 'target/setuid'))).mode & 0o7777, 0o755);
});

test('a stream that is cut anywhere is told, and leaves no half file', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'source'));
  await writeFile(join(base, 'source/large'), pattern(200_000));
  await writeFile(join(base, 'source/small'), pattern(900));
  const tar = await gather(packTree(join(base, 'source')));
  const end = tar.length - 2 * blockBytes;
  for (const length of [0, 1, 511, 512, 1000, 70_000, 150_000, end - 1, end]) {
    const error = await unpackTree(streamOf(tar.subarray(0, length)), join(base, `target${length}`)).catch(
      (reason) => reason,
    );
    assert.ok(isBrokenArchive(error), `cut at ${length}: ${String(error)}`);
    assert.ok([undefined, 200_000].includes(await sizeOf(join(base, `target${length}/large`))), `cut at ${length}`);
  }
  assert.equal(await exists(join(base, 'target70000/large')), false);
});

test('damage is told', async (context) => {
  const base = await scratch(context);
  const good = member({ name: 'top/file', content: 'x' });
  const wrongSum = Buffer.from(good);
  wrongSum[0] = 0x7a;
  const badPax = Buffer.concat([encodeHeader(header({ name: 'pax', type: 'x', sizeBytes: 4 })), padded('99 x')]);
  const hugeName = encodeHeader(header({ name: 'long', type: 'L', sizeBytes: 2 ** 31 }));
  const latin = Buffer.from(good);
  latin[5] = 0xe9;
  for (const bytes of [wrongSum, badPax, hugeName, resum(latin), Buffer.from('no tar at all'.repeat(100))]) {
    const error = await unpackTree(streamOf(bytes, Buffer.alloc(1024)), join(base, 'target')).catch((reason) => reason);
    assert.ok(isBrokenArchive(error), String(error));
    assert.ok(error.hint);
  }
  await rejectsWith(unpackTree(tarOf(member({ name: 'top/sparse', type: 'S' })), join(base, 'target')), 'UNSUPPORTED');
});

test('GNU long names and numbers, pax for all, and V7 directories are read', async (context) => {
  const base = await scratch(context);
  const long = `top/${'x'.repeat(180)}/file`;
  const tar = tarOf(
    member({ name: '././@LongLink', type: 'L', content: `${long}\0` }),
    member({ name: 'top/xxx', content: 'long' }),
    member({ name: '././@LongLink', type: 'K', content: `${'y'.repeat(150)}\0` }),
    member({ name: 'top/link', type: '2' }),
    member({ name: 'g', type: 'g', content: encodePax({ mtime: '1234.5', comment: 'for all' }) }),
    member({ name: 'top/timed', content: 'x' }),
    member({ name: 'top/v7/', type: '0' }),
  );
  await unpackTree(tar, join(base, 'target'));
  assert.equal(await readFile(join(base, 'target', 'x'.repeat(180), 'file'), 'utf8'), 'long');
  assert.equal(await readlink(join(base, 'target/link')), 'y'.repeat(150));
  assert.equal((await stat(join(base, 'target/timed'))).mtimeMs, 1_234_500);
  assert.equal((await stat(join(base, 'target/v7'))).isDirectory(), true);
});

test('strip takes leading parts off, and what has fewer is left out', async (context) => {
  const base = await scratch(context);
  const tar = () => tarOf(member({ name: './a/b/file', content: 'x' }), member({ name: 'a', type: '5' }));
  await unpackTree(tar(), join(base, 'two'), { strip: 2 });
  await unpackTree(tar(), join(base, 'none'), { strip: 0 });
  assert.deepEqual(Object.keys(await survey(join(base, 'two'))).sort(), ['', '/file']);
  assert.deepEqual(Object.keys(await survey(join(base, 'none'))).sort(), ['', '/a', '/a/b', '/a/b/file']);
});

test('an error of the stream itself, and an abort, come through as they are', async (context) => {
  const base = await scratch(context);
  const lost = Object.assign(new Error('connection lost'), { code: 'ECONNRESET' });
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield member({ name: 'top/file', content: pattern(100_000) }).subarray(0, 50_000);
    throw lost;
  }
  await assert.rejects(unpackTree(failing(), join(base, 'one')), lost);
  assert.equal(await exists(join(base, 'one/file')), false);
  const abort = new AbortController();
  const hanging = async function* (): AsyncGenerator<Uint8Array> {
    yield member({ name: 'top/file', content: 'x' });
    abort.abort(lost);
    await new Promise(() => {});
  };
  await assert.rejects(unpackTree(hanging(), join(base, 'two'), { signal: abort.signal }), lost);
});

test('a file that grows while it is packed keeps its first length, one that shrinks is told', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'source'));
  const large = join(base, 'source/large');
  await writeFile(large, pattern(1_000_000));
  async function* meddled(meddle: () => Promise<void>): AsyncGenerator<Uint8Array> {
    let first = true;
    for await (const chunk of packTree(join(base, 'source'))) {
      yield chunk;
      if (first) await meddle();
      first = false;
    }
  }
  await unpackTree(
    meddled(() => appendFile(large, 'more')),
    join(base, 'grown'),
  );
  assert.deepEqual(await readFile(join(base, 'grown/large')), Buffer.from(pattern(1_000_000)));
  const error = await rejectsWith(
    unpackTree(
      meddled(() => truncate(large, 100_000)),
      join(base, 'shrunk'),
    ),
    'FILE_ERROR',
  );
  assert.deepEqual([error.context.errno, error.context.path], ['EBUSY', large]);
  assert.equal(await exists(join(base, 'shrunk/large')), false);
});

test('a loop over a packed tree can end early, and a source that is missing is told', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'source'));
  for (let index = 0; index < 50; index++) await writeFile(join(base, `source/${index}`), pattern(100_000));
  for await (const chunk of packTree(join(base, 'source'))) {
    assert.ok(chunk.length > 0);
    break;
  }
  await rejectsWith(gather(packTree(join(base, 'nowhere'))), 'FILE_NOT_FOUND');
  await link(join(base, 'source/1'), join(base, 'source/hard'));
  assert.ok((await gather(packTree(join(base, 'source')))).length > 51 * 100_000);
});

interface MemberParts {
  readonly name: string;
  readonly type?: string;
  readonly mode?: number;
  readonly linkName?: string;
  readonly content?: string | Uint8Array;
}

function header(parts: { name: string; type?: string; mode?: number; linkName?: string; sizeBytes?: number }) {
  return {
    mode: parts.type === '5' ? 0o755 : 0o644,
    sizeBytes: 0,
    modifiedSeconds: 1_700_000_000,
    type: '0',
    linkName: '',
    ...parts,
  };
}

function member({ content = '', ...parts }: MemberParts): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([encodeHeader(header({ ...parts, sizeBytes: bytes.length })), padded(bytes)]);
}

function padded(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([bytes, Buffer.alloc((blockBytes - (bytes.length % blockBytes)) % blockBytes)]);
}

function tarOf(...members: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  return streamOf(...members, Buffer.alloc(2 * blockBytes));
}

/** The same header with the checksum that its bytes have. */
function resum(block: Buffer): Buffer {
  block.fill(0x20, 148, 156);
  const sum = block.subarray(0, blockBytes).reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

async function* pieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

function exists(path: string): Promise<boolean> {
  return sizeOf(path).then((size) => size !== undefined);
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await lstat(path).catch(() => undefined))?.size;
}
