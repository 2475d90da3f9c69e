import { replaceInFile } from '../../../agents/toolbox/replace-in-file.ts';
import { invalidArgument, RexError } from '../../../core/errors.ts';
import { placeIn, type Sandbox } from '../state/sandbox-desk.ts';

const largestEditedBytes = 8 * 1024 * 1024;

/** What is written, in the words of the tool. */
export interface FileChange {
  readonly path: string;
  readonly content: string;
  readonly mode?: 'overwrite' | 'create' | 'append' | 'replace' | undefined;
  readonly old?: string | undefined;
}

/** Writes a file, whole or in part. @throws FILE_EXISTS, EDIT_REFUSED, PATH_ESCAPE and what writing throws */
export async function writeFile(sandbox: Sandbox, change: FileChange, signal: AbortSignal): Promise<void> {
  const { path, content, mode = 'overwrite', old } = change;
  const { confined } = sandbox;
  const place = placeIn(sandbox, path);
  switch (mode) {
    case 'append':
      return await confined.files.append(place, content, { signal });
    case 'replace':
      if (old === undefined) throw invalidArgument('old', "the text to replace, with mode 'replace'", old);
      await assertEditable(sandbox, place);
      await replaceInFile(confined, place, { oldText: old, newText: content, signal });
      return;
    case 'create':
      if (await confined.files.exists(place)) throw exists(path);
  }
  await confined.files.write(place, content, { signal });
}

async function assertEditable({ confined }: Sandbox, place: string): Promise<void> {
  const { sizeBytes: received, type } = await confined.files.stat(place);
  if (type !== 'file' || received <= largestEditedBytes) return;
  const context = { limit: 'largestEditedBytes', maximum: largestEditedBytes, received };
  const hint = 'Edit it with exec, for example with sed.';
  throw new RexError('LIMIT_EXCEEDED', `the file has ${received} bytes: too large to edit`, context, { hint });
}

function exists(path: string): RexError<'FILE_EXISTS'> {
  const hint = "Use mode 'overwrite' or 'replace'.";
  return new RexError('FILE_EXISTS', `${path} exists`, { path, operation: 'create' }, { hint });
}
