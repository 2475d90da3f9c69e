/** Random bytes that no identifier has used yet: one call of the generator serves many. */
const pool = new Uint8Array(2048);
let used = pool.length;

const digits: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * Random identifier of `length` lower-case hexadecimal digits (default 16, that is 64 bits; at most 4096), from the
 * platform's cryptographic generator.
 */
export function randomId(length = 16): string {
  const count = Math.ceil(length / 2);
  if (used + count > pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  let text = '';
  for (const end = used + count; used < end; used++) text += digits[pool[used] as number];
  return text.slice(0, length);
}
