// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the escape sequences of terminals
const escapeSequences = /\x1b[@-_][0-?]*[ -/]*[@-~]/g;

/** An output without the escape sequences that SWE-ReX takes out. */
export function plainText(output: string): string {
  return output.replace(escapeSequences, '');
}

/** What an interactive program showed: it may have set the terminal to end lines by a carriage return as well. */
export function dialogueText(output: string): string {
  return plainText(output).replaceAll('\r\n', '\n').trim();
}
