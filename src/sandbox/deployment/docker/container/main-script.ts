/**
 * What a container of ours runs: nothing, until it is told to end. It needs a shell alone; where there is no `sleep` it waits
 * for a line of an input that nobody writes to. A shell that is process 1 ignores signals it does not trap.
 */
export const mainScript: string = [
  "trap 'exit 143' TERM",
  "trap 'exit 130' INT",
  'exec 3<&0',
  'if command -v sleep >/dev/null 2>&1; then while :; do sleep 86400 & wait "$!"; done; fi',
  '{ read -r line <&3; } & wait "$!"',
].join('\n');
