/**
 * The command line that makes an account's login shell, whichever it is (sh, bash, zsh, dash, ksh, fish), become
 * `/bin/sh -c SCRIPT`: every shell reads single quotes alike but for backslashes, which stand in double quotes.
 */
export function commandText(script: string): string {
  const quoted = script.replace(/'|\\+/g, (part) => (part === "'" ? `'"'"'` : `'"${part.replaceAll('\\', '\\\\')}"'`));
  return `exec /bin/sh -c '${quoted}'`;
}
