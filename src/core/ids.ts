/**
 * Random identifier of `length` lower-case hexadecimal digits (default 16, that is 64 bits), from the platform's
 * cryptographic generator.
 */
export function randomId(length = 16): string {
  const bytes = crypto.getRandomValues(new Uint8Array(Math.ceil(length / 2)));
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text.slice(0, length);
}
