/*
 * A paced script sends at most 4 runs of 2 MiB ahead of its reader: after each run it asks for leave on standard error,
 * and waits for a line on its input before it goes on. So nothing piles up on the way, whatever carries the stream, and
 * a script whose reader has gone ends by itself.
 */

/** Sends what the function `produce` prints, paced; the script ends as `produce` does. */
export const sendPaced = `need dd
pace() {
  ahead=4
  while :; do
    if [ "$ahead" -gt 0 ]; then ahead=$((ahead - 1)); else read -r leave <&6 || exit 1; fi
    ran=$(dd bs=65536 count=32 2>&1 >&3) || { printf '%s\\n' "$ran" >&2; exit 1; }
    case $ran in (0+0*) return 0;; esac
    printf '\\006' >&2
  done
}
exec 3>&1 6<&0 </dev/null
status=$({ { produce 3>&- 4>&- 6<&-; echo "$?" >&4; } | pace 4>&-; } 4>&1)
exit "\${status:-1}"
`;
