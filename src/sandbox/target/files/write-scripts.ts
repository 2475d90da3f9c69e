import type { WriteOptions } from '../../files/file-system.ts';
import { octal } from './entry-scripts.ts';
import { assign, followLinks, makeParents, needParent } from './prelude.ts';

/** How a script comes by the content: its name for the function `put`, which prints it. */
export type ContentSource = 'framed' | 'plain' | { readonly text: string };

/** What a new file is like. */
export interface NewFile extends Pick<WriteOptions, 'mode' | 'parents'> {
  /** Commands on the temporary file that run before it takes its name. Default none. */
  readonly finish?: string;
}

/** Asks the system, which knows better than `[ -w ]`: busybox takes root for one who may do everything. */
const mayWrite = `[ -w "$path" ] || die EACCES
  [ ! -f "$path" ] || refusal=$( ( : >>"$path" ) 2>&1 ) || case $refusal in *[Bb]usy*) ;; *) die EACCES ;; esac
`;

/**
 * Replaces or creates a file by the rules of `LocalFileSystem.write`: content goes to `$temporary` beside the file,
 * which then takes the name; where that cannot be, the file is overwritten in place.
 */
export function replaceScript(path: string, temporary: string, source: ContentSource, file: NewFile): string {
  return `${assign({ path })}${followLinks}[ ! -d "$path" ] || die EISDIR
[ ! -p "$path" ] || die ENXIO
${file.parents === false ? needParent : makeParents}${beside(temporary)}${put(source)}mode=${modeOf(file)}
if [ -e "$path" ]; then
  ${mayWrite}  need stat
  set -- $(stat -c '%h %a %u:%g' "$path")
  [ -f "$path" ] && [ "$1" = 1 ] && [ -w "\${path%/*}/" ] || { temporary=; put >"$path"; exit; }
  mode=$2
  ${create('temporary')}
  [ "$(stat -c '%u:%g' "$temporary")" = "$3" ] || chown "$3" "$temporary" 2>/dev/null ||
    { rm -f "$temporary"; temporary=; put >"$path"; exit; }
else
  ${create('temporary')}
fi
${fill('temporary')} || exit 1
mv -f "$temporary" "$path" || exit 1
temporary=`;
}

/** Puts a carried file in its place: nothing is followed, a file or link there is replaced, a directory takes it in. */
export function placeScript(path: string, own: string, temporary: string, file: NewFile): string {
  return `${assign({ path, own })}[ ! -d "$path" ] || path=\${path%/}/$own
[ ! -d "$path" ] || [ -L "$path" ] || die EEXIST "$path"
${makeParents}${beside(temporary)}${put('framed')}mode=${modeOf(file)}
${create('temporary')}
${fill('temporary')} || exit 1
${file.finish ?? ''}[ ! -L "$path" ] || rm -f "$path"
mv -f "$temporary" "$path" || exit 1
temporary=`;
}

/** Adds to the end of a file or creates it. */
export function appendScript(path: string, source: ContentSource, file: NewFile): string {
  return `${assign({ path })}[ ! -d "$path" ] || die EISDIR
[ ! -p "$path" ] || die ENXIO
${file.parents === false ? needParent : makeParents}${put(source)}mode=${modeOf(file)}
[ ! -e "$path" ] || mode=
${create('path')}
${fill('path')}`;
}

/** Commands that set the time of the last change of `$temporary`. */
export function touchCommands(modifiedMs: number): string {
  const seconds = Math.floor(modifiedMs / 1000);
  const fraction = (modifiedMs / 1000 - seconds).toFixed(6).slice(1);
  const date = new Date(modifiedMs).toISOString();
  const stamp = `${date.slice(0, 13).replace(/[-T]/g, '')}${date.slice(14, 16)}.${date.slice(17, 19)}`;
  const attempts = [`-d @${seconds}${fraction}`, `-d @${seconds}`, `-t ${stamp}`];
  return `need touch\n${attempts.map((time) => `TZ=UTC0 touch ${time} "$temporary" 2>/dev/null`).join(' || ')} || exit 1\n`;
}

/** Sets `$temporary` to a name beside `$path` that is removed again whatever ends the script. */
function beside(temporary: string): string {
  return `${assign({ temporary })}temporary=\${path%/*}/$temporary
trap '[ -z "$temporary" ] || rm -f "$temporary"' EXIT
trap 'exit 1' HUP INT PIPE TERM
`;
}

function modeOf({ mode }: NewFile): string {
  return mode === undefined ? '' : octal(mode);
}

/** Creates a file where none is; one that is to get a mode of its own is nobody else's until then. */
function create(name: string): string {
  return `([ -z "$mode" ] || umask 077; printf '' >>"$${name}") || exit 1`;
}

/** Opens a file, sets its mode, which may forbid to open it again, and prints the content to it. */
function fill(name: string): string {
  return `{ { [ -z "$mode" ] || chmod "$mode" "$${name}"; } && put; } >>"$${name}"`;
}

/**
 * The function `put`. Framed content comes as lines with a block size and a count, each followed by as many bytes, and
 * a line `0`: a stream that is cut before is told from a whole one.
 */
function put(source: ContentSource): string {
  if (source === 'plain') return 'put() { cat; }\n';
  if (source !== 'framed') return `put() { printf ${source.text}; }\n`;
  return `need dd
put() {
  while read -r size count; do
    [ "$size" != 0 ] || return 0
    dd bs="$size" count="$count" iflag=fullblock || return 1
  done
  return 1
}
`;
}
