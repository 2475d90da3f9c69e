import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { RexError } from '../../core/errors.ts';
import { LocalDeployment } from '../../sandbox/deployment/local-deployment.ts';

/** Where the demonstration's agents work. */
export interface Box extends AsyncDisposable {
  readonly deployment: LocalDeployment;
  /** The workspace as the agents see it. */
  readonly root: string;
  /** Where that is, in words. */
  readonly place: string;
}

/** Opens a sandbox where the machine has one, and says so where it has none. */
export async function openBox(root: string): Promise<Box> {
  await mkdir(root, { recursive: true });
  const compiler = findCompiler();
  const path = compiler === undefined ? process.env.PATH : `${join(root, 'bin')}:${process.env.PATH}`;
  const env = path === undefined ? {} : { PATH: path };
  if (compiler !== undefined) await writeCompiler(root, compiler);
  const readOnlyPaths = compiler === undefined ? [] : [compiler];
  try {
    const options = { isolation: 'bubblewrap', workspace: root, env, readOnlyPaths } as const;
    return boxOf(await new LocalDeployment(options).start(), root, 'in bubblewrap sandboxes without network');
  } catch (error) {
    if (!RexError.is(error)) throw error;
    const deployment = await new LocalDeployment({ workspace: root, env }).start();
    return boxOf(deployment, root, `not sandboxed: ${error.message}`);
  }
}

function boxOf(deployment: LocalDeployment, root: string, place: string): Box {
  return { deployment, root, place, [Symbol.asyncDispose]: () => deployment.stop() };
}

/** The directory of a TypeScript compiler that this package or the current directory has. */
function findCompiler(): string | undefined {
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      return dirname(createRequire(from).resolve('typescript/package.json'));
    } catch {
      // The next place may have one.
    }
  }
  return undefined;
}

async function writeCompiler(root: string, compiler: string): Promise<void> {
  await mkdir(join(root, 'bin'), { recursive: true });
  await writeFile(join(root, 'bin', 'tsc'), `#!/bin/sh\nexec node '${compiler}/bin/tsc' "$@"\n`, { mode: 0o755 });
}
