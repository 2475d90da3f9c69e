const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Everything that Python's `str.isprintable` refuses: controls, format characters, surrogates, unassigned, separators. */
const notPrintable = /[\p{C}\p{Z}]/u;

/** Python's `repr()` of a text or a list of texts, as SWE-ReX quotes commands and outputs in its messages. */
export function pythonRepr(value: string | readonly string[]): string {
  if (typeof value !== 'string') return `[${value.map(pythonRepr).join(', ')}]`;
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  let text = '';
  for (const character of value) text += character === quote ? `\\${quote}` : reprCharacter(character);
  return `${quote}${text}${quote}`;
}

/** Python's `repr()` of a float: `5.0`, `0.1`, `1e-07`, `1e+16`. */
export function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return Number.isInteger(value) ? `${Object.is(value, -0) ? '-0' : value}.0` : String(value);
}

function reprCharacter(character: string): string {
  const escaped = escapes[character];
  if (escaped !== undefined) return escaped;
  if (character === ' ' || !notPrintable.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}
