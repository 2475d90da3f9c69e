import { assign, makeParents } from './prelude.ts';

/** Names in the staging directory: the tree, and what the archive ends with. */
export const treeName = 'tree';
export const endName = 'end';

/** `each DIRECTORY` as the words that name all entries; one that matches nothing names itself and is skipped. */
const entries = '"$1"/* "$1"/.[!.]* "$1"/..?*';
const skipMissing = '[ -e "$entry" ] || [ -L "$entry" ] || continue';

/**
 * Unpacks a tar stream and merges its tree into `path`, by the rules of `TransferOptions`.
 *
 * All of it lands in a staging directory first, on the file system where it is to go: inside the target where that is
 * there, else beside it. Only a whole archive, which ends in a member of that name, is moved into place; nothing is
 * moved before every name is known to fit.
 */
export function unpackScript(path: string, temporary: string): string {
  return `${assign({ path })}need tar
if [ -d "$path" ]; then stage=\${path%/}
elif [ -e "$path" ] || [ -L "$path" ]; then die EEXIST "$path"
else
${makeParents}stage=\${path%/*}
fi
${assign({ temporary })}stage=$stage/$temporary
is_directory() { [ -d "$1" ] && [ ! -L "$1" ]; }
trap 'is_directory "$stage" && { rm -rf "$stage" 2>/dev/null || { chmod -R u+rwx "$stage"; rm -rf "$stage"; }; }' EXIT
trap 'exit 1' HUP INT PIPE TERM
mkdir -m 700 "$stage" || exit 1
(umask 0; EXTRACT_UNSAFE_SYMLINKS=1 tar -x -p -o -f - -C "$stage") || exit 1
[ -e "$stage/${endName}" ] || die EPIPE
check() {
  for entry in ${entries}; do
    ${skipMissing}
    there=$2/\${entry##*/}
    if is_directory "$entry"; then
      if is_directory "$there"; then check "$entry" "$there"
      elif [ -e "$there" ] || [ -L "$there" ]; then die EEXIST "$there"; fi
    elif is_directory "$there"; then die EEXIST "$there"; fi
  done
}
move() {
  set -- "$1" "$2" "$(stat -c %a "$1")"
  chmod u+w "$1" && mv "$1" "$2" && chmod "$3" "$2"
}
flush() {
  into=$2; shift 2
  [ "$#" = 0 ] || mv -f "$@" "$into/" || exit 1
}
merge() {
  for entry in ${entries}; do
    ${skipMissing}
    there=$2/\${entry##*/}
    if is_directory "$entry" && [ -d "$there" ]; then (merge "$entry" "$there") || exit 1
    elif is_directory "$entry" && [ ! -w "$entry" ]; then move "$entry" "$there" || exit 1
    else set -- "$@" "$entry"; fi
    [ "$#" -lt 100 ] || { flush "$@"; set -- "$1" "$2"; }
  done
  flush "$@"
}
if [ -d "$path" ]; then check "$stage/${treeName}" "$path"; merge "$stage/${treeName}" "$path"
elif [ -w "$stage/${treeName}" ]; then mv "$stage/${treeName}" "$path"
else need stat; move "$stage/${treeName}" "$path"; fi || exit 1
cat >/dev/null`;
}

/**
 * Prints a file or directory, for the function `produce`: a line `f` with its facts and the bytes of the file, or
 * a line `d` and a tar stream of what is in the directory.
 */
export function packScript(path: string, followLinks: boolean): string {
  return `${assign({ path })}[ -e "$path" ] || why "$path"
need stat
if [ -d "$path" ]; then
  need tar
  [ -r "$path" ] && [ -x "$path" ] || die EACCES
  produce() {
    printf 'd\\n'
    case $(tar --version 2>/dev/null) in
    (*GNU*)
      tar --format=posix --pax-option=delete=atime,delete=ctime -c${followLinks ? 'h' : ''}f - -C "$path" .
      # One means that a file changed or went meanwhile.
      made=$?; [ "$made" -le 1 ];;
    (*) tar -c${followLinks ? 'h' : ''} -f - -C "$path" .;;
    esac
  }
else
  [ -f "$path" ] || die EINVAL
  produce() { stat -L -c 'f%f %s %Y %y' "$path" && cat <"$path"; }
fi
`;
}
