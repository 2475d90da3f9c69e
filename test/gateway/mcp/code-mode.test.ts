import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { defineTool } from '../../../src/agents/index.ts';
import { FrameReader } from '../../../src/gateway/mcp/code-mode/frame-reader.ts';
import { typeText } from '../../../src/gateway/mcp/code-mode/type-text.ts';
import { connect } from './support.ts';

const add = defineTool({
  name: 'add-up',
  description: 'Add numbers',
  input: z.object({ numbers: z.array(z.number()) }),
  output: z.object({ sum: z.number() }),
  run: ({ numbers }) => ({ sum: numbers.reduce((a, b) => a + b, 0) }),
});

test('code calls tools, and only what it prints comes back', async () => {
  await using pair = await connect({ preset: 'codemode', tools: [add] });
  const code = `
    await Promise.all(Array.from({ length: 40 }, (_, index) => tools.file_write({ path: 'data/' + index + '.txt', content: 'value ' + index })));
    const { text } = await tools.file_read({ path: 'data' });
    const names = text.trim().split('\\n');
    process.stdout.write('partly ');
    const values = await Promise.all(names.map(async (name) => Number((await tools.file_read({ path: 'data/' + name })).text.split(' ')[1])));
    console.log((await tools.add_up({ numbers: values })).sum, names.length);
    try { await tools.file_read({ path: '/etc/passwd' }); } catch (error) { console.log(error.message.slice(0, 11)); }`;
  const { value } = await pair.call('run_code', { code });
  assert.deepEqual([value.exit_code, value.stderr, value.stdout], [0, '', 'partly 780 40\nPATH_ESCAPE\n']);
  assert.equal((await pair.call('job_read', { job: value.job })).value.text, 'partly 780 40\nPATH_ESCAPE\n');
});

test('the wrappers are TypeScript in the sandbox, and can be searched', async () => {
  await using pair = await connect({ preset: 'codemode', tools: [add] });
  const { value } = await pair.call('run_code', {
    code: "import { add_up } from './.tools/index.mjs'; console.log(process.cwd(), (await add_up({ numbers: [1] })).sum)",
  });
  const [directory = '', sum] = value.stdout.trim().split(' ');
  assert.equal(sum, '1');
  const source = await readFile(join(directory, '.tools/index.ts'), 'utf8');
  assert.match(source, /export const add_up = \(input: \{ numbers: number\[\] \}\): Promise<\{ sum: number \}> =>/);
  const { value: found } = await pair.call('search_tools', { query: 'add numbers', limit: 1 });
  assert.deepEqual(found.tools, [
    '/** Add numbers */\nfunction add_up(input: { numbers: number[] }): Promise<{ sum: number }>;',
  ]);
  assert.ok((await pair.call('search_tools')).value.tools.includes('file_search'));
});

test('every call of code is decided about, and code without the token calls nothing', async () => {
  const asked: string[] = [];
  await using pair = await connect({
    preset: 'codemode',
    approve: ({ tool, from }) => {
      asked.push(`${from} ${tool.name}`);
      return tool.name === 'file_write' ? 'read only' : true;
    },
  });
  const code = `
    try { await tools.file_write({ path: 'a', content: 'x' }); } catch (error) { console.log(error.message); }
    console.log('\\u001ewrong {"id":1,"tool":"exec","input":{"command":"true"}}');`;
  const { value } = await pair.call('run_code', { code });
  assert.equal(
    value.stdout,
    'TOOL_REFUSED: file_write was refused: read only\n\u001ewrong {"id":1,"tool":"exec","input":{"command":"true"}}\n',
  );
  assert.deepEqual(asked, ['client run_code', 'code file_write']);
});

test('code that fails shows why; code that hangs is killed, and its calls with it', async () => {
  await using pair = await connect({ preset: 'codemode' });
  const broken = await pair.call('run_code', { code: 'console.log(1); throw new Error("oh no")' });
  assert.deepEqual([broken.value.exit_code, broken.value.stdout], [1, '1\n']);
  assert.match(broken.value.stderr, /oh no/);
  const hanging = await pair.call('run_code', { code: "await tools.exec({ command: 'sleep 300' })", timeout_s: 1 });
  assert.equal(hanging.value.status, 'timeout');
});

test('lines with the marker are taken out wherever the stream is cut', () => {
  const marker = '\u001esecret ';
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.record({ frame: fc.stringMatching(/^[a-z]*$/) }),
          fc.record({ text: fc.string({ unit: fc.constantFrom('a', 's', '\n', '\u001e') }) }),
        ),
      ),
      fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }),
      (pieces, sizes) => {
        const whole = pieces.map((piece) => ('frame' in piece ? `${marker}${piece.frame}\n` : piece.text)).join('');
        const frames: string[] = [];
        const reader = new FrameReader(marker, 1000, (frame) => frames.push(frame));
        let passed = '';
        const bytes = Buffer.from(whole);
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = sizes[turn % sizes.length] as number;
          passed += Buffer.from(reader.pass(bytes.subarray(at, at + size))).toString();
          at += size;
        }
        passed += Buffer.from(reader.end()).toString();
        assert.deepEqual(
          frames,
          pieces.flatMap((piece) => ('frame' in piece ? [piece.frame] : [])),
        );
        assert.equal(passed, pieces.map((piece) => ('text' in piece ? piece.text : '')).join(''));
      },
    ),
  );
});

test('schemas become types', () => {
  const cases: [object, string][] = [
    [{ type: 'string', enum: ['a', 'b'] }, '"a" | "b"'],
    [{ type: 'array', items: { enum: [1, 2] } }, '(1 | 2)[]'],
    [{ type: ['string', 'null'] }, 'string | null'],
    [{ type: 'object', additionalProperties: { type: 'integer' } }, 'Record<string, number>'],
    [{ type: 'object', properties: { 'a-b': { type: 'boolean' } }, required: ['a-b'] }, '{ "a-b": boolean }'],
    [{ anyOf: [{ type: 'string' }, { type: 'object' }] }, 'string | Record<string, unknown>'],
    [{}, 'unknown'],
  ];
  for (const [schema, type] of cases) assert.equal(typeText(schema as never), type);
});
