/** Text of the bytes between two cuts, without the characters that the cuts go through. */
export function wholeCharacters(
  data: Buffer,
  { first, last }: { readonly first: boolean; readonly last: boolean },
): { readonly text: string; readonly start: number; readonly end: number } {
  let start = 0;
  if (!first) while (start < 3 && start < data.length && isContinuation(data[start])) start += 1;
  const end = last ? data.length : endOfWhole(data);
  return { text: data.toString('utf8', start, Math.max(start, end)), start, end: Math.max(start, end) };
}

/** Where the last character that is whole ends. */
function endOfWhole(data: Buffer): number {
  for (let back = 1; back <= 3 && back <= data.length; back++) {
    const byte = data[data.length - back] as number;
    if (isContinuation(byte)) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? data.length - back : data.length;
  }
  return data.length;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
