import type { Ask } from '../../../src/sandbox/target/files/ask.ts';
import type { Target } from '../../../src/sandbox/target/target.ts';

/** Asks a target by a stream for each script. */
export function askOf(target: Target): Ask {
  return async (script) => {
    const stream = await target.open(script);
    const pieces: Uint8Array[] = [];
    stream.onOutput = (name, data) => void (name === 'stdout' && pieces.push(data));
    stream.closeInput();
    const { exitCode } = await stream.ended;
    return { output: Buffer.concat(pieces), status: exitCode ?? 255 };
  };
}
