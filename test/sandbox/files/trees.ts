import { chmod, lstat, lutimes, mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';

/** A made-up file tree. */
export type Node =
  | { readonly type: 'file'; readonly content: Uint8Array; readonly mode: number; readonly modifiedMs: number }
  | { readonly type: 'link'; readonly target: string; readonly modifiedMs: number }
  | {
      readonly type: 'directory';
      readonly entries: readonly Named[];
      readonly mode: number;
      readonly modifiedMs: number;
    };

export interface Named {
  readonly name: string;
  readonly node: Node;
}

const strange = [
  '-rf',
  ' ',
  'a\nb',
  'back\\slash',
  'c:',
  '\ufeffmark',
  'tab\t',
  '"quoted"',
  '...',
  '%2e',
  'ä'.repeat(60),
  'x'.repeat(200),
];

/** Any name of an entry: odd, long, in any script. */
export const name: fc.Arbitrary<string> = fc
  .oneof(
    { weight: 3, arbitrary: fc.string({ minLength: 1, maxLength: 12 }) },
    { weight: 2, arbitrary: fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }) },
    { weight: 1, arbitrary: fc.constantFrom(...strange) },
  )
  .filter((text) => !/[/\0]/.test(text) && text !== '.' && text !== '..' && Buffer.from(text).toString() === text)
  .filter((text) => Buffer.byteLength(text) <= 255);

const modifiedMs = fc.oneof(
  fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1000),
  fc.integer({ min: -1_000_000_000_000, max: 4_000_000_000_000 }),
);

const content = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 700 }) },
  { weight: 1, arbitrary: fc.integer({ min: 65_530, max: 140_000 }).map((length) => pattern(length)) },
);

const linkTarget = fc.oneof(
  fc.constantFrom('/etc/passwd', '..', '../..', 'nowhere', '.', 'ä', `${'long/'.repeat(40)}x`, 'a\nb'),
  name,
);

const { node: anyNode } = fc.letrec<{ node: Node; directory: Node }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.record({ type: fc.constant('file' as const), content, mode: bits(0o400, 0o777), modifiedMs }),
    fc.record({ type: fc.constant('link' as const), target: linkTarget, modifiedMs }),
    tie('directory'),
  ),
  directory: directoryOf(tie('node')),
}));

/** Any directory: odd names and modes, links to anywhere, empty directories, times before 1970. */
export const directory: fc.Arbitrary<Node> = directoryOf(anyNode);

function directoryOf(child: fc.Arbitrary<Node>): fc.Arbitrary<Node> {
  const entries = fc.uniqueArray(fc.record({ name, node: child }), { maxLength: 5, selector: (entry) => entry.name });
  return fc.record({ type: fc.constant('directory' as const), entries, mode: bits(0o700, 0o777), modifiedMs });
}

function bits(always: number, most: number): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: most }).map((mode) => mode | always);
}

/** Bytes that show a part out of place. */
export function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 0xff);
}

/** Makes a tree at a path. */
export async function plant(path: string, node: Node): Promise<void> {
  if (node.type === 'link') {
    await symlink(node.target, path);
  } else if (node.type === 'file') {
    await writeFile(path, node.content);
    await chmod(path, node.mode);
  } else {
    await mkdir(path);
    for (const entry of node.entries) await plant(join(path, entry.name), entry.node);
    await chmod(path, node.mode);
  }
  await lutimes(path, new Date(node.modifiedMs), new Date(node.modifiedMs));
}

/** Everything that is at a path and below, to compare. */
export async function survey(path: string, times: 'ms' | 's' | 'none' = 'ms'): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  const visit = async (at: string, below: string): Promise<void> => {
    const stats = await lstat(at);
    const mode = stats.mode & 0o7777;
    const time =
      times === 'none' ? {} : { time: times === 'ms' ? stats.mtime.getTime() : Math.floor(stats.mtimeMs / 1000) };
    if (stats.isSymbolicLink()) found[below] = { link: await readlink(at), ...time };
    else if (stats.isFile()) found[below] = { file: (await readFile(at)).toString('base64'), mode, ...time };
    else found[below] = { directory: true, mode, ...time };
    if (!stats.isDirectory()) return;
    for (const each of await readdir(at)) await visit(join(at, each), `${below}/${each}`);
  };
  await visit(path, '');
  return found;
}
