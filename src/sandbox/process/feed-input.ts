import type { Child } from './child.ts';
import type { CommandInput } from './command.ts';

/** Writes all of an input to a child, at the child's pace, then closes it. Stops quietly when the child stops reading. */
export async function feedInput(child: Child, input: CommandInput): Promise<void> {
  try {
    for await (const piece of pieces(input)) {
      if (!(await child.write(typeof piece === 'string' ? Buffer.from(piece) : piece))) return;
    }
  } finally {
    child.closeInput();
  }
}

function pieces(input: CommandInput): AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string> {
  if (typeof input === 'string' || input instanceof Uint8Array) return input.length === 0 ? [] : [input];
  return input as AsyncIterable<Uint8Array | string>;
}
