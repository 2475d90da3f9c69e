import { Buffer } from 'node:buffer';
import { quote } from '../../../core/quote.ts';

/*
 * Scripts of this room run in any POSIX shell. They test for what they can tell apart themselves and report it as
 * `hrm-rex: ERRNO [path]`; all else is what the programs say, in the C locale. Paths are absolute, so that none looks
 * like an option, and never pass through a command substitution, which would cut newlines off their end.
 */

/** First lines of every script. `why` reports what is wrong with a path that cannot be reached. */
const prelude = `LC_ALL=C; export LC_ALL
die() { printf 'hrm-rex: %s\\n' "$*" >&2; exit 1; }
need() { for tool; do command -v "$tool" >/dev/null 2>&1 || die missing "$tool"; done; }
why() { need stat; stat -L "$1" >/dev/null && die EIO; exit 1; }
`;

/** A script for a stream of its own: standard error tells why it failed. */
export function streamScript(body: string): string {
  return `${prelude}${body}`;
}

/** A script for `ask`, on one line: after a failure its output ends in a NUL byte and the reason. */
export function askScript(body: string): string {
  const script = `exec 3>&1 </dev/null; said=$({ ${prelude}${body}
} 2>&1 >&3 3>&-) || { status=$?; printf '\\000%s' "$said"; exit "$status"; }`;
  return `(eval "$(printf ${printfText(Buffer.from(script))})")`;
}

/** Bytes as the one argument of `printf`, on one line of ASCII. */
export function printfText(bytes: Uint8Array): string {
  let format = '';
  for (const byte of bytes) {
    if (byte === 0x0a) format += '\\n';
    else if (byte === 0x25) format += '%%';
    else if (byte === 0x5c) format += '\\\\';
    else if (byte >= 0x20 && byte < 0x7f && !(byte === 0x2d && format === '')) format += String.fromCharCode(byte);
    else format += `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return quote(format);
}

/** Sets shell variables to paths or other texts. */
export function assign(variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${quote(value)}\n`);
  return lines.join('');
}

/** Follows the links at the end of `$path`, whether or not something exists there. */
export const followLinks = `hops=0
while [ -L "$path" ]; do
  need readlink
  hops=$((hops + 1)); [ "$hops" -le 40 ] || die ELOOP
  to=$(readlink -n "$path" && echo .) || exit 1
  case $to in (/*) path=\${to%.};; (*) path=\${path%/*}/\${to%.};; esac
done
`;

/** Makes the missing directories above `$path`. */
export const makeParents = `[ -d "\${path%/*}/" ] || said=$(mkdir -p "\${path%/*}/" 2>&1) || {
  case $said in (*'File exists'*) die ENOTDIR;; esac
  printf '%s\\n' "$said" >&2; exit 1
}
`;

/** Fails where the directory of `$path` is missing. */
export const needParent = `[ -d "\${path%/*}/" ] || why "\${path%/*}/"
`;
