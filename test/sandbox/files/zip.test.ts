import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, lstat, mkdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32 as crc, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { openPromise } from 'yauzl';
import { isBrokenArchive } from '../../../src/sandbox/files/file-errors.ts';
import { extractZip, makeZip } from '../../../src/sandbox/files/zip.ts';
import { directoryRecord, endRecords, localHeader, type ZipEntry } from '../../../src/sandbox/files/zip-records.ts';
import { gather, inScratch, rejectsWith, scratch } from './scratch.ts';
import { directory, pattern, plant, survey } from './trees.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;

test('any tree survives zip and unzip, times to the second', async () => {
  const law = fc.asyncProperty(directory, (tree) =>
    inScratch(async (base) => {
      await plant(join(base, 'source'), tree);
      await writeFile(join(base, 'zip'), await gather(makeZip(join(base, 'source'))));
      await extractZip(join(base, 'zip'), join(base, 'target'));
      const before = await survey(join(base, 'source'), 's');
      const after = await survey(join(base, 'target'), 's');
      assert.deepEqual(comparable(after, before), comparable(before, before));
    }),
  );
  await fc.assert(law, { numRuns: 40 });
});

test('Python reads what is zipped', { skip: !hasPython && 'needs python3' }, async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'source/empty'), { recursive: true });
  await mkdir(join(base, 'source/sub'));
  await writeFile(join(base, 'source/sub/ä\nb'), 'text');
  await writeFile(join(base, 'source/large'), pattern(300_000));
  await writeFile(join(base, 'zip'), await gather(makeZip(join(base, 'source'))));
  python(
    'import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])',
    join(base, 'zip'),
    join(base, 'target'),
  );
  assert.deepEqual(
    Object.keys(await survey(join(base, 'target'))).sort(),
    Object.keys(await survey(join(base, 'source'))).sort(),
  );
  assert.deepEqual(await readFile(join(base, 'target/large')), Buffer.from(pattern(300_000)));
});

test('what Python archives, as SWE-ReX does, is extracted', {
  skip: !hasPython && 'needs python3',
}, async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'source/empty'), { recursive: true });
  await writeFile(join(base, 'source/run.sh'), '#!/bin/sh\n');
  await chmod(join(base, 'source/run.sh'), 0o755);
  await writeFile(join(base, 'source/ünï'), pattern(200_000));
  python(
    'import sys,shutil; shutil.make_archive(sys.argv[1], "zip", sys.argv[2])',
    join(base, 'archive'),
    join(base, 'source'),
  );
  const result = await extractZip(join(base, 'archive.zip'), join(base, 'target'));
  assert.equal(result.files, 2);
  assert.deepEqual(await survey(join(base, 'target'), 'none'), await survey(join(base, 'source'), 'none'));
});

test('extraction merges as Python does: files overwritten, others kept', async (context) => {
  const base = await scratch(context);
  const zip = await zipOf(
    base,
    { name: 'sub/same', content: 'new' },
    { name: 'sub/empty/' },
    { name: 'link', content: 'x' },
  );
  await mkdir(join(base, 'target/sub'), { recursive: true });
  await writeFile(join(base, 'target/sub/same'), 'old and longer', { mode: 0o600 });
  await writeFile(join(base, 'target/sub/kept'), 'kept');
  await writeFile(join(base, 'outside'), 'untouched');
  await symlink('../outside', join(base, 'target/link'));
  await extractZip(zip, join(base, 'target'));
  assert.equal(await readFile(join(base, 'target/sub/same'), 'utf8'), 'new');
  assert.equal(await readFile(join(base, 'target/sub/kept'), 'utf8'), 'kept');
  assert.equal((await stat(join(base, 'target/sub/empty'))).isDirectory(), true);
  assert.equal(await readFile(join(base, 'outside'), 'utf8'), 'untouched');
});

test('names are made safe as Python makes them', async (context) => {
  const base = await scratch(context);
  const members = ['../../up', '/absolute', 'a/./b//c/../d', 'back\\slash', 'cut\0off', '..', 'x/..'].map((name) => ({
    name,
    content: name,
  }));
  await extractZip(await zipOf(base, ...members), join(base, 'in/target'));
  const found = Object.keys(await survey(join(base, 'in/target'))).sort();
  assert.deepEqual(found, ['', '/a', '/a/b', '/a/b/c', '/a/b/c/d', '/absolute', '/back\\slash', '/cut', '/up', '/x']);
});

test('of members with one name the last stays, however long the others take to unpack', async (context) => {
  const base = await scratch(context);
  const names = Array.from({ length: 12 }, (_, index) => `file ${index}`);
  const long = 'x'.repeat(60_000);
  const members = names.flatMap((name) => [
    { name, content: long },
    { name, content: '' },
  ]);
  await extractZip(await zipOf(base, ...members), join(base, 'target'));
  for (const name of names) assert.equal(await readFile(join(base, 'target', name), 'utf8'), '', name);
});

test('a link of the zip is made but never followed', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'outside'));
  const link = { name: 'leak', content: '../outside', unixMode: 0o120777 };
  await extractZip(await zipOf(base, link), join(base, 'one'));
  assert.equal(await readlink(join(base, 'one/leak')), '../outside');
  await rejectsWith(
    extractZip(await zipOf(base, link, { name: 'leak/planted', content: 'x' }), join(base, 'two')),
    'PATH_ESCAPE',
  );
  assert.deepEqual(Object.keys(await survey(join(base, 'outside'))), ['']);
});

test('without Unix facts, modes and times are left to the system', async (context) => {
  const base = await scratch(context);
  const zip = await zipOf(base, { name: 'file', content: 'x', unixMode: 0, modifiedMs: 2 ** 50 });
  const before = Date.now() - 5000;
  await extractZip(zip, join(base, 'target'));
  const stats = await lstat(join(base, 'target/file'));
  assert.equal(stats.mode & 0o400, 0o400);
  assert.ok(stats.mtimeMs > before);
});

test('an empty zip makes an empty directory', async (context) => {
  const base = await scratch(context);
  await extractZip(await zipOf(base), join(base, 'target'));
  assert.deepEqual(Object.keys(await survey(join(base, 'target'))), ['']);
});

test('damage is told as such', async (context) => {
  const base = await scratch(context);
  const good = await readFile(await zipOf(base, { name: 'file', content: 'content '.repeat(100) }));
  const large = await gather(makeZip(await planted(base)));
  const flip = (bytes: Buffer, at: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] as number) ^ 0xff;
    return copy;
  };
  const cases = {
    'no zip': Buffer.from('no zip at all'),
    nothing: Buffer.alloc(0),
    cut: good.subarray(0, -30),
    content: flip(good, 50),
    header: flip(good, 0),
    large: flip(large, large.length >> 1),
  };
  for (const [name, bytes] of Object.entries(cases)) {
    await writeFile(join(base, 'broken.zip'), bytes);
    const error = await extractZip(join(base, 'broken.zip'), join(base, `target ${name}`)).catch((reason) => reason);
    assert.ok(isBrokenArchive(error), `${name}: ${String(error)}`);
  }
  assert.equal(await lstat(join(base, 'target large/noise')).catch(() => 'none'), 'none', 'no half file is left');
  await rejectsWith(extractZip(join(base, 'missing.zip'), join(base, 'target')), 'FILE_NOT_FOUND');
});

test('other compression is not supported', async (context) => {
  const base = await scratch(context);
  const bytes = await readFile(await zipOf(base, { name: 'file', content: 'x' }));
  const at = bytes.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
  bytes.writeUInt16LE(93, at + 10);
  await writeFile(join(base, 'odd.zip'), bytes);
  await rejectsWith(extractZip(join(base, 'odd.zip'), join(base, 'target')), 'UNSUPPORTED');
});

test('more members than 16 bits count', async (context) => {
  const base = await scratch(context);
  const path = await zipOf(base, ...Array.from({ length: 65_600 }, (_, index) => ({ name: `${index}` })));
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false });
  assert.equal(zip.entryCount, 65_600);
  zip.close();
});

test('links may be zipped as what they stand for', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'source'));
  await writeFile(join(base, 'source/file'), 'content');
  await symlink('file', join(base, 'source/link'));
  await writeFile(join(base, 'zip'), await gather(makeZip(join(base, 'source'), { followLinks: true })));
  await extractZip(join(base, 'zip'), join(base, 'target'));
  assert.equal((await lstat(join(base, 'target/link'))).isFile(), true);
  await symlink('nowhere', join(base, 'source/dangling'));
  await rejectsWith(gather(makeZip(join(base, 'source'), { followLinks: true })), 'FILE_NOT_FOUND');
});

interface ZipParts {
  readonly name: string;
  readonly content?: string;
  readonly unixMode?: number;
  readonly modifiedMs?: number;
}

let made = 0;

/** A zip with members as given, whatever their names. */
async function zipOf(base: string, ...members: readonly ZipParts[]): Promise<string> {
  const body: Buffer[] = [];
  const records: Buffer[] = [];
  let offset = 0;
  for (const { name, content = '', unixMode = 0o100644, modifiedMs = 1_700_000_000_000 } of members) {
    const entry: ZipEntry = {
      name: Buffer.from(name),
      unixMode,
      modifiedMs,
      isDeflated: content !== '',
      isStreamed: false,
      isLarge: false,
    };
    const packed = content === '' ? Buffer.alloc(0) : deflateRawSync(content);
    const facts = { crc: crc(content), compressedBytes: packed.length, sizeBytes: Buffer.byteLength(content) };
    records.push(directoryRecord(entry, facts, offset));
    const header = localHeader(entry, facts);
    body.push(header, packed);
    offset += header.length + packed.length;
  }
  const size = records.reduce((sum, bytes) => sum + bytes.length, 0);
  const path = join(base, `made-${made++}.zip`);
  await writeFile(path, Buffer.concat([...body, ...records, endRecords(records.length, size, offset)]));
  return path;
}

async function planted(base: string): Promise<string> {
  await mkdir(join(base, 'planted'));
  const noise = Uint8Array.from({ length: 400_000 }, (_, index) => (Math.imul(index + 1, 2654435761) >>> 13) & 0xff);
  await writeFile(join(base, 'planted/noise'), noise);
  return join(base, 'planted');
}

/** Zip holds times of 32 bits of seconds, and nothing of the top. */
function comparable(found: Record<string, unknown>, source: Record<string, unknown>): Record<string, unknown> {
  const facts = Object.entries(found).filter(([path]) => path !== '') as [string, { time: number }][];
  return Object.fromEntries(
    facts.map(([path, { time, ...others }]) => {
      const kept = (source[path] as { time: number } | undefined)?.time ?? 0;
      return [path, Math.abs(kept) < 2 ** 31 ? { time, ...others } : others];
    }),
  );
}

function python(script: string, ...argv: readonly string[]): void {
  const result = spawnSync('python3', ['-c', script, ...argv], { encoding: 'utf8' });
  assert.equal(result.status, 0, result.stderr);
}
