import type { OutputSummary } from '../process/command.ts';

/** A command's output as text, whole and by stream. */
export interface PrintedText {
  readonly output: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Keeps head and tail of what is longer than `maxBytes`, with a mark in between, as a runtime does at the source. */
export function cutOutput(printed: PrintedText, maxBytes: number): PrintedText & OutputSummary {
  const outputBytes = Buffer.byteLength(printed.output);
  if (outputBytes <= maxBytes) return { ...printed, outputBytes, truncated: false };
  const { output, stdout, stderr } = printed;
  return {
    output: cut(output, maxBytes),
    stdout: cut(stdout, maxBytes),
    stderr: cut(stderr, maxBytes),
    outputBytes,
    truncated: true,
  };
}

function cut(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  const head = bytes.subarray(0, Math.ceil(maxBytes / 2));
  const tail = bytes.subarray(bytes.length - Math.floor(maxBytes / 2));
  return `${head.toString('utf8')}\n[... ${bytes.length - maxBytes} bytes omitted ...]\n${tail.toString('utf8')}`;
}
