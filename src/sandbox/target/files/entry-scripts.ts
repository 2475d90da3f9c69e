import { assign, makeParents, needParent } from './prelude.ts';

/** Whether something is there, be it a link to nothing. */
const isThere = (variable: string): string => `{ [ -e "$${variable}" ] || [ -L "$${variable}" ]; }`;

/** Tells about a path itself, for `readStat`. */
export function statScript(path: string): string {
  return `${assign({ path })}need stat
stat -c '%f %s %Y %y' "$path" || exit 1
[ ! -L "$path" ] || { need readlink; readlink -n "$path"; }`;
}

/** Succeeds where something is there, and fails as the system does where nothing is. */
export function existsScript(path: string): string {
  return `${assign({ path })}${isThere('path')} || { need stat; stat "$path" >/dev/null; }`;
}

/** Tells about everything in or below a directory, for `readList`; what goes meanwhile is left out. */
export function listScript(path: string, recursive: boolean): string {
  const scope = `"$path" -mindepth 1${recursive ? '' : ' -maxdepth 1'}`;
  return `${assign({ path })}[ -d "$path" ] || { [ ! -e "$path" ] || die ENOTDIR; why "$path"; }
need find
if find / -maxdepth 0 -printf '' 2>/dev/null; then
  printf f; walk() { find -H ${scope} -printf '%y%m %s %T@ %p\\0%l\\0'; }
else
  need stat; need readlink
  printf s; walk() {
    find -H ${scope} -exec stat -c '%f %s %Y %y %n//' {} +; printf '\\0'
    find -H ${scope} -type l -exec sh -c 'for link; do
      printf "%s//" "$link"; readlink -n "$link"; printf "\\0"
    done' sh {} +
  }
fi
{ said=$(walk 2>&1 >&5 5>&-); } 5>&1
gone='No such file or directory'
while [ -n "$said" ]; do
  line=\${said%%
*}
  case $line in (*"$gone") ;; (*) printf '%s\\n' "$line" >&2; exit 1;; esac
  [ "$line" != "$said" ] || break
  said=\${said#*
}
done`;
}

/** Makes a directory; a given mode is exact. */
export function makeDirectoryScript(path: string, parents: boolean, mode: number | undefined): string {
  const make = mode === undefined ? 'mkdir "$path"' : `mkdir -m 700 "$path" && chmod ${octal(mode)} "$path"`;
  return `${assign({ path })}${parents ? '[ ! -d "$path" ] || exit 0\n' : ''}! ${isThere('path')} || die EEXIST
${parents ? makeParents : needParent}${make}${parents ? ' || [ -d "$path" ]' : ''}`;
}

/** Removes an entry; what others put into a directory meanwhile takes a second try. */
export function removeScript(path: string, recursive: boolean): string {
  return `${assign({ path })}[ "$path" != / ] || die EPERM
${isThere('path')} || { need stat; stat "$path" >/dev/null; exit 1; }
if [ -d "$path" ] && [ ! -L "$path" ]; then ${recursive ? 'rm -rf "$path" 2>/dev/null || rm -rf' : 'rmdir'} "$path"
else rm -f "$path"; fi`;
}

/** Moves an entry as rename(2) does, and also to another file system. */
export function renameScript(from: string, path: string): string {
  return `${assign({ from, path })}${isThere('from')} || { need stat; stat "$from" >/dev/null; exit 1; }
[ -d "\${path%/*}/" ] || { said=$(stat -L "\${path%/*}/" 2>&1) || case $said in
  (*'Not a directory') die ENOTDIR "$path";; (*'No such file or directory') die ENOENT "$path";;
esac; printf '%s\\n' "$said" >&2; exit 1; }
[ "$from" != "$path" ] || exit 0
if [ -d "$from" ] && [ ! -L "$from" ]; then
  case $path/ in ("$from"/*) die EINVAL;; esac
  if [ -d "$path" ] && [ ! -L "$path" ]; then rmdir "$path" 2>/dev/null || die ENOTEMPTY "$path"
  elif ${isThere('path')}; then die ENOTDIR "$path"; fi
elif [ -L "$path" ]; then rm -f "$path"
elif [ -d "$path" ]; then die EISDIR "$path"; fi
mv -f "$from" "$path"`;
}

/** Sets permission bits, those above the last nine too. */
export function chmodScript(path: string, mode: number): string {
  return `${assign({ path })}[ -e "$path" ] || why "$path"\nchmod ${octal(mode)} "$path"`;
}

/** A mode for `chmod`; the leading zeros make it clear the set-id bits of directories. */
export function octal(mode: number): string {
  return `00${mode.toString(8).padStart(4, '0')}`;
}
