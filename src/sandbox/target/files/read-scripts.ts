import type { ByteRange } from '../../files/file-system.ts';
import { checkRange } from '../../files/read-file.ts';
import { sendPaced } from './paced.ts';
import { assign } from './prelude.ts';

/** Fails where `$path` is no file to read. A pipe is refused: nobody may ever write to it. */
const needReadable = `[ -d "$path" ] && die EISDIR
[ -e "$path" ] || why "$path"
[ ! -p "$path" ] || die ENXIO
`;

/** A script that prints a range of a file, paced. @throws INVALID_ARGUMENT for a range that is none */
export function readScript(path: string, range: ByteRange): string {
  const { start, end } = checkRange(range);
  const length = end === Number.POSITIVE_INFINITY ? undefined : Math.max(0, end - start);
  return `${assign({ path })}${needReadable}produce() { ${printRange(start, length)}; }\n${sendPaced}`;
}

/**
 * A script that prints a range of a regular file, but no more than `mostBytes` and one; for anything else, which may let
 * it wait, it fails with ESPIPE.
 */
export function readSomeScript(path: string, range: ByteRange, mostBytes: number): string {
  const { start, end } = checkRange(range);
  return `${assign({ path })}${needReadable}[ -f "$path" ] || die ESPIPE
${printRange(start, Math.min(Math.max(0, end - start), mostBytes + 1))}`;
}

/** Seeks the shell's own open file, which the next program goes on with. */
function printRange(start: number, length: number | undefined): string {
  const seek = start === 0 ? '' : `dd bs=1 skip=${start} count=0 2>/dev/null; `;
  return `{ ${seek}${length === undefined ? 'cat' : `head -c ${length}`}; } <"$path"`;
}
