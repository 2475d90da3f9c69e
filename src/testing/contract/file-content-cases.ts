import assert from 'node:assert/strict';
import { expectError } from './expect-error.ts';
import type { RuntimeSuite } from './suite.ts';

const everyByte: Uint8Array = Uint8Array.from({ length: 256 }, (_, value) => value);

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Reading and writing what is in files. */
export function fileContentCases(suite: RuntimeSuite): void {
  const test = suite.group('files');

  test('return text as it was written', async ({ runtime: { files }, directory }) => {
    for (const text of ['', 'plain', 'größe 日本 🎉\n', 'a\r\nb\rc\n', 'tabs\t and nul \0 and escapes \x1b[0m']) {
      await files.write(`${directory}/file`, text);
      assert.equal(await files.readText(`${directory}/file`), text);
    }
  });

  test('return bytes as they were written', async ({ runtime: { files }, directory }) => {
    await files.write(`${directory}/file`, everyByte);
    const bytes = await files.readBytes(`${directory}/file`);
    assert.ok(bytes instanceof Uint8Array);
    assert.deepEqual(Buffer.from(bytes), Buffer.from(everyByte));
  });

  test('are read and written under their SWE-ReX names too', async ({ runtime, directory }) => {
    await runtime.writeFile(`${directory}/deep/er/file`, 'text');
    assert.equal(await runtime.readFile(`${directory}/deep/er/file`), 'text');
    await runtime.writeFile(`${directory}/bytes`, everyByte);
    assert.deepEqual(Buffer.from(await runtime.files.readBytes(`${directory}/bytes`)), Buffer.from(everyByte));
  });

  test('are replaced as a whole', async ({ runtime: { files }, directory }) => {
    await files.write(`${directory}/file`, 'a long first content');
    await files.write(`${directory}/file`, 'short');
    assert.equal(await files.readText(`${directory}/file`), 'short');
  });

  test('are made with their parent directories', async ({ runtime: { files }, directory }) => {
    await files.write(`${directory}/a/b/c/file`, 'deep');
    assert.equal(await files.readText(`${directory}/a/b/c/file`), 'deep');
    await files.append(`${directory}/x/y/file`, 'deep');
    assert.equal(await files.readText(`${directory}/x/y/file`), 'deep');
  });

  test('are not made without their parents when told so', async ({ runtime: { files }, directory }) => {
    const path = `${directory}/a/file`;
    await expectError(files.write(path, 'x', { parents: false }), 'FILE_NOT_FOUND');
    await expectError(files.append(path, 'x', { parents: false }), 'FILE_NOT_FOUND');
    assert.equal(await files.exists(`${directory}/a`), false);
  });

  test('grow at the end', async ({ runtime: { files }, directory }) => {
    const path = `${directory}/file`;
    await files.append(path, 'one ');
    await files.append(path, Buffer.from('two '));
    await files.append(path, '');
    await files.append(path, 'three');
    assert.equal(await files.readText(path), 'one two three');
  });

  test('are written from an async iterable', async ({ runtime: { files }, directory }) => {
    async function* pieces(): AsyncGenerator<string | Uint8Array> {
      yield 'one ';
      yield Buffer.from([0xe6, 0x97]);
      yield Buffer.from([0xa5]);
    }
    await files.write(`${directory}/file`, pieces());
    assert.equal(await files.readText(`${directory}/file`), 'one 日');
    await files.append(`${directory}/file`, pieces());
    assert.equal(await files.readText(`${directory}/file`), 'one 日one 日');
  });

  test('are written from a web stream', async ({ runtime: { files }, directory }) => {
    await files.write(`${directory}/file`, new Blob(['from a ', 'stream']).stream() as ReadableStream<Uint8Array>);
    assert.equal(await files.readText(`${directory}/file`), 'from a stream');
  });

  test('are read in ranges', async ({ runtime: { files }, directory }) => {
    await files.write(`${directory}/file`, '0123456789');
    const read = async (range: { start?: number; end?: number }) => {
      const bytes = Buffer.from(await files.readBytes(`${directory}/file`, range)).toString();
      assert.equal(await files.readText(`${directory}/file`, range), bytes);
      assert.equal((await collect(files.readStream(`${directory}/file`, range))).toString(), bytes);
      return bytes;
    };
    assert.equal(await read({}), '0123456789');
    assert.equal(await read({ start: 7 }), '789');
    assert.equal(await read({ end: 3 }), '012');
    assert.equal(await read({ start: 2, end: 5 }), '234');
    assert.equal(await read({ start: 4, end: 4 }), '');
    assert.equal(await read({ start: 8, end: 100 }), '89');
    assert.equal(await read({ start: 10 }), '');
    assert.equal(await read({ start: 50, end: 60 }), '');
  });

  test('are streamed in chunks of at most 64 KiB', async ({ runtime: { files }, directory }) => {
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 31) % 251));
    await files.write(`${directory}/file`, content);
    const chunks: Uint8Array[] = [];
    for await (const chunk of files.readStream(`${directory}/file`)) {
      assert.ok(chunk.length > 0 && chunk.length <= 64 * 1024);
      chunks.push(chunk);
    }
    assert.ok(Buffer.concat(chunks).equals(content));
  });

  test('can be left in the middle of a stream', async ({ runtime: { files }, directory }) => {
    await files.write(`${directory}/file`, Buffer.alloc(1_000_000, 'x'));
    for await (const chunk of files.readStream(`${directory}/file`)) {
      assert.equal(chunk[0], 120);
      break;
    }
    await files.remove(`${directory}/file`);
  });

  test('carry sixteen megabytes as a stream both ways', async ({ runtime: { files }, directory }) => {
    const block = Buffer.from(Array.from({ length: 65_536 }, (_, index) => (index * 7) % 253));
    async function* blocks(): AsyncGenerator<Uint8Array> {
      for (let index = 0; index < 256; index++) yield block;
    }
    await files.write(`${directory}/large`, blocks());
    assert.equal((await files.stat(`${directory}/large`)).sizeBytes, 256 * block.length);
    let position = 0;
    for await (const chunk of files.readStream(`${directory}/large`)) {
      const at = position % block.length;
      const size = Math.min(chunk.length, block.length - at);
      assert.ok(block.subarray(at, at + size).equals(chunk.subarray(0, size)));
      position += chunk.length;
    }
    assert.equal(position, 256 * block.length);
  });

  test('are strict about text, and say where it ends', async ({ runtime: { files }, directory }) => {
    const path = `${directory}/file`;
    await files.write(path, Buffer.from([0x61, 0xc3, 0xa9, 0xff, 0x62]));
    const { context } = await expectError(files.readText(path), 'FILE_NOT_TEXT');
    assert.deepEqual([context.position, context.encoding], [3, 'utf-8']);
    assert.ok(context.path.endsWith('/file'));
  });

  test('replace, drop or show bytes that are no text when asked', async ({ runtime: { files }, directory }) => {
    const path = `${directory}/file`;
    await files.write(path, Buffer.from([0x61, 0xff, 0x62, 0xc3]));
    assert.equal(await files.readText(path, { errors: 'replace' }), 'a\ufffdb\ufffd');
    assert.equal(await files.readText(path, { errors: 'ignore' }), 'ab');
    assert.equal(await files.readText(path, { errors: 'backslashreplace' }), 'a\\xffb\\xc3');
  });

  test('are decoded as their encoding says', async ({ runtime: { files }, directory }) => {
    await files.write(`${directory}/latin`, Buffer.from([0x67, 0x72, 0xf6, 0xdf, 0x65]));
    assert.equal(await files.readText(`${directory}/latin`, { encoding: 'latin1' }), 'größe');
    await files.write(`${directory}/utf16`, Buffer.from('größe', 'utf16le'));
    assert.equal(await files.readText(`${directory}/utf16`, { encoding: 'utf-16le' }), 'größe');
  });

  test('refuse encodings that do not exist', async ({ runtime: { files }, directory }) => {
    await files.write(`${directory}/file`, 'x');
    await expectError(files.readText(`${directory}/file`, { encoding: 'no-such-encoding' }), 'INVALID_ARGUMENT');
  });

  test('are written at the same time', async ({ runtime: { files }, directory }) => {
    const names = Array.from({ length: 40 }, (_, index) => `${directory}/d${index % 4}/file${index}`);
    await Promise.all(names.map((name) => files.write(name, name)));
    assert.deepEqual(await Promise.all(names.map((name) => files.readText(name))), names);
  });

  test('may have any name', async ({ runtime: { files }, directory }) => {
    for (const name of ['a b', '-rf', "it's", '"quoted"', 'line\nbreak', 'größe 日本', '$HOME', '*', '...', ' ']) {
      await files.write(`${directory}/${name}`, name);
      assert.equal(await files.readText(`${directory}/${name}`), name);
      assert.equal((await files.stat(`${directory}/${name}`)).name, name);
    }
    assert.equal((await files.list(directory)).length, 10);
  });

  test('refuse a name with a NUL byte', async ({ runtime: { files }, directory }) => {
    await expectError(files.write(`${directory}/a\0b`, 'x'), 'INVALID_ARGUMENT');
    await expectError(files.readText(`${directory}/a\0b`), 'INVALID_ARGUMENT');
  });

  const testCommands = suite.group('files', 'commands');

  testCommands('are those that commands see', async ({ runtime, directory }) => {
    await runtime.files.write(`${directory}/in`, 'from here\n');
    await runtime.execute('cat in >out; echo more >>out', { cwd: directory, check: 'raise' });
    assert.equal(await runtime.files.readText(`${directory}/out`), 'from here\nmore\n');
  });
}
