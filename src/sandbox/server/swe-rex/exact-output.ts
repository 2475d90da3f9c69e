import { ByteLog } from '../../process/byte-log.ts';
import { decodeUtf8 } from '../../protocol/python-decode.ts';
import type { OutputChunk } from '../../session/session.ts';

const replacement = '\ufffd';

/** Keeps the bytes of a run, so that those that are no UTF-8 can be shown as Python's `backslashreplace` shows them. */
export class ExactOutput {
  readonly #log: ByteLog;

  constructor(maxOutputBytes: number) {
    this.#log = new ByteLog(maxOutputBytes);
  }

  /** Takes the run's output as it comes. */
  readonly take = ({ stream, data }: OutputChunk): void => this.#log.append(stream, data);

  /** The text of the first `outputBytes` of the run; `output` itself where the middle is gone or all is text. */
  show(output: string, outputBytes: number = this.#log.end): string {
    if (!output.includes(replacement) || this.#log.gap) return output;
    const pieces = [...this.#log.chunks()].flatMap((chunk) => (chunk.type === 'output' ? [chunk.data] : []));
    const decoded = decodeUtf8(Buffer.concat(pieces).subarray(0, outputBytes), 'backslashreplace');
    return 'text' in decoded ? decoded.text : output;
  }
}
