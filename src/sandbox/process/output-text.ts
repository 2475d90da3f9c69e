import type { ByteLog } from './byte-log.ts';
import type { OutputSummary } from './command.ts';
import type { Cursor, OutputStream } from './process-handle.ts';

/** A log's content as text, per stream and together. */
export interface OutputText extends OutputSummary {
  readonly output: string;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Decodes what a log keeps between two positions (default: all of it) as UTF-8: characters cut between chunks are joined, invalid bytes become
 * U+FFFD, and where the middle was dropped a line says how many bytes are missing.
 */
export function outputText(log: ByteLog, start: Cursor = 0, end: Cursor = log.end): OutputText {
  const parts: { stream: OutputStream | 'gap'; data: Uint8Array }[] = [];
  let sawError = false;
  for (const chunk of log.chunks(start)) {
    if (chunk.type === 'gap') {
      if (chunk.from >= end) break;
      parts.push({ stream: 'gap', data: Buffer.from(`\n[... ${chunk.to - chunk.from} bytes omitted ...]\n`) });
      continue;
    }
    if (chunk.cursor >= end) break;
    sawError ||= chunk.stream === 'stderr';
    parts.push({ stream: chunk.stream, data: chunk.data.subarray(0, end - chunk.cursor) });
  }
  const output = decode(parts.map((part) => part.data));
  const stdout = sawError ? decode(parts.filter((part) => part.stream !== 'stderr').map((part) => part.data)) : output;
  const stderr = sawError ? decode(parts.filter((part) => part.stream === 'stderr').map((part) => part.data)) : '';
  return { output, stdout, stderr, outputBytes: end - start, truncated: parts.some((part) => part.stream === 'gap') };
}

function decode(parts: readonly Uint8Array[]): string {
  if (parts.length === 1) return Buffer.from(parts[0] as Uint8Array).toString('utf8');
  return Buffer.concat(parts).toString('utf8');
}
