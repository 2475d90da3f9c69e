import { treeVariable } from '../process/end-tree.ts';

/** What an attendant does when its input ends without a word, as it does when the link is cut. */
export type Farewell = 'end' | 'keep';

/**
 * The attendant's script: a shell that evaluates one line after another. It knows three words: `__table` prints the
 * processes, `__marks` those that carry this runtime's mark, with the mark, each ended by NUL. With `'end'` it ends those
 * of its own and of earlier links when its input ends: it may hear late of the end of its link, when another one is in use.
 *
 * @param prefix what every mark of the runtime begins with: letters, digits and dots.
 * @param link number of the link, see {@link linkMark}.
 */
export function attendantText(prefix: string, farewell: Farewell, link: number): string {
  const pattern = `'^${treeVariable}=${prefix.replaceAll('.', '[.]')}.*'`;
  const files = '/proc/[0-9]*/environ';
  return `trap '' HUP INT QUIT TERM PIPE
if [ -r /proc/self/stat ]; then
if command -v cat >/dev/null 2>&1; then __table() { cat /proc/[0-9]*/stat; }
else __table() { for __f in /proc/[0-9]*/stat; do IFS= read -r __v <"$__f" && printf '%s\\n' "$__v"; done; }
fi
if command -v grep >/dev/null 2>&1; then __marks() { grep -osHz ${pattern} ${files}; }
else __marks() { for __f in ${files}; do while IFS= read -r __v || [ "$__v" ]; do case $__v in
*${treeVariable}=${prefix}*) __v=\${__v#*${treeVariable}=${prefix}}
printf '%s:%s\\0' "$__f" "${treeVariable}=${prefix}\${__v%%.*}." ;; esac; done <"$__f"; done; }
fi
else
__table() { ps -A -o pid= -o ppid= -o pgid= -o stat=; }
__marks() { :; }
fi 2>/dev/null
while IFS= read -r __l; do eval "$__l"; done
${farewell === 'end' ? farewellText(prefix, link) : ''}`;
}

/** A mark that tells by which link of a runtime something was started, counted from 1. */
export function linkMark(prefix: string, link: number, mark: string): string {
  return `${prefix}${link}x${mark.slice(prefix.length)}`;
}

/** Ends every process marked by this link or an earlier one, politely at first. */
function farewellText(prefix: string, link: number): string {
  return `for __n in 1 2 3 4 5 6 7 8 9; do
__p=$(__marks 2>/dev/null | tr '\\000' '\\n' | while IFS= read -r __f; do
__l=\${__f#*=${prefix}}; case $__l in *x*) [ "\${__l%%x*}" -le ${link} ] || continue ;; esac
__f=\${__f#/proc/}; printf '%s ' "\${__f%%/*}"; done)
[ "$__p" ] || exit 0
if [ $__n -lt 3 ]; then kill -s TERM $__p; kill -s CONT $__p; else kill -s KILL $__p; fi
sleep 0.1 || sleep 1
done 2>/dev/null`;
}

/** Two line parts of one request: what is done, and the report that ends its output. */
export function requestText(body: string, token: string): string {
  return `{ ${body}; } 2>/dev/null; printf '%s%s\\003' '${token}' $?\n`;
}
