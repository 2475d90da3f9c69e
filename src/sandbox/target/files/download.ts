import type { Buffer } from 'node:buffer';
import { posix } from 'node:path';
import { ByteReader } from '../../files/byte-reader.ts';
import { isBrokenArchive, SystemError } from '../../files/file-errors.ts';
import type { TransferOptions, TransferResult } from '../../files/file-system.ts';
import { chunkBytes } from '../../files/streams.ts';
import { TreeWriter } from '../../files/tree-writer.ts';
import { unpackTree } from '../../files/unpack-tree.ts';
import { statFacts } from './facts.ts';
import type { FileShell } from './file-shell.ts';
import { sendPaced } from './paced.ts';
import { packScript } from './tree-scripts.ts';

/**
 * Carries a file or directory of a target to an absolute local path, by the rules of {@link TransferOptions}; a busybox
 * `tar` in the target gives times in whole seconds.
 */
export async function downloadTree(
  shell: FileShell,
  path: string,
  target: string,
  options: TransferOptions,
): Promise<TransferResult> {
  const operation = 'download';
  const { signal, followLinks = false } = options;
  const stream = await shell.open(packScript(path, followLinks) + sendPaced, { operation, path, signal });
  const reader = new ByteReader(stream.chunks());
  try {
    const line = await readLine(reader);
    if (line === 'd') return await unpackTree(rest(reader), target, { ...options, operation, strip: 0 });
    const { mode, modifiedMs } = statFacts(line.slice(1));
    const writer = new TreeWriter(target, { ...options, operation });
    await writer.add({
      type: 'file',
      path: '',
      ownName: posix.basename(path),
      mode,
      modifiedMs,
      content: rest(reader),
    });
    return await writer.finish();
  } catch (error) {
    const isName = isBrokenArchive(error) && error.message.includes('is not UTF-8');
    throw isName ? new SystemError('EILSEQ', 'a name in it is not UTF-8') : error;
  } finally {
    await reader.close();
  }
}

async function readLine(reader: ByteReader): Promise<string> {
  let line = '';
  for (;;) {
    const byte = (await reader.some(1)).toString('latin1');
    if (byte === '\n' || byte === '') return line;
    line += byte;
  }
}

async function* rest(reader: ByteReader): AsyncGenerator<Buffer, void, undefined> {
  for (let chunk = await reader.some(chunkBytes); chunk.length > 0; chunk = await reader.some(chunkBytes)) yield chunk;
}
