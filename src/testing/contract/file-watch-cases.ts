import assert from 'node:assert/strict';
import type { FileChange } from '../../sandbox/files/file-system.ts';
import type { RuntimeContext, RuntimeSuite } from './suite.ts';

/** The first change that fits, while `act` is repeated: the moment at which a watch begins cannot be seen. */
async function firstChange(
  { runtime: { files } }: RuntimeContext,
  path: string,
  fits: (change: FileChange) => boolean,
  act: (attempt: number) => Promise<void>,
  options: { readonly recursive?: boolean } = {},
): Promise<FileChange> {
  const controller = new AbortController();
  const acts: Promise<void>[] = [];
  const timer = setInterval(() => acts.push(act(acts.length).catch((error) => controller.abort(error))), 30);
  try {
    for await (const change of files.watch(path, { ...options, signal: controller.signal })) {
      if (fits(change)) return change;
    }
    return assert.fail('the watch ended by itself');
  } finally {
    clearInterval(timer);
    await Promise.all(acts);
  }
}

/** Watching for changes. */
export function fileWatchCases(suite: RuntimeSuite): void {
  const test = suite.group('watch', 'watch');

  test('sees a new file', async (context) => {
    const { directory, runtime } = context;
    const change = await firstChange(
      context,
      directory,
      ({ type, path }) => type === 'created' && path.includes('/new'),
      (attempt) => runtime.files.write(`${directory}/new${attempt}`, 'x'),
    );
    assert.match(change.path, /\/new\d+$/);
  });

  test('sees a changed file', async (context) => {
    const { directory, runtime } = context;
    await runtime.files.write(`${directory}/file`, '');
    const change = await firstChange(
      context,
      directory,
      ({ type }) => type === 'changed',
      () => runtime.files.append(`${directory}/file`, 'more'),
    );
    assert.match(change.path, /\/file$/);
  });

  test('sees a removed file', async (context) => {
    const { directory, runtime } = context;
    for (let index = 0; index < 200; index++) await runtime.files.write(`${directory}/file${index}`, '');
    const change = await firstChange(
      context,
      directory,
      ({ type }) => type === 'removed',
      (attempt) => runtime.files.remove(`${directory}/file${attempt}`, { missing: 'ignore' }),
    );
    assert.match(change.path, /\/file\d+$/);
  });

  test('sees what is below when asked', async (context) => {
    const { directory, runtime } = context;
    await runtime.files.mkdir(`${directory}/deep/er`);
    const change = await firstChange(
      context,
      directory,
      ({ path }) => path.includes('/deep/er/new'),
      (attempt) => runtime.files.write(`${directory}/deep/er/new${attempt}`, 'x'),
      { recursive: true },
    );
    assert.ok(change.path.includes('/deep/er/new'));
  });

  test('ends when it is aborted', async ({ runtime, directory }) => {
    const controller = new AbortController();
    const reading = (async () => {
      for await (const _ of runtime.files.watch(directory, { signal: controller.signal }));
    })();
    controller.abort();
    await reading.catch(() => {});
  });
}
