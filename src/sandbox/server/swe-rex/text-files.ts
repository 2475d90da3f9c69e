import { TextDecoder } from 'node:util';
import type { FileSystem } from '../../files/file-system.ts';
import {
  type Decoded,
  type DecodeErrors,
  decodeAscii,
  decodeFailureMessage,
  decodeUtf8,
} from '../../protocol/python-decode.ts';
import { pythonClass } from '../../protocol/python-exceptions.ts';
import type { ReadFileRequest } from '../../protocol/swe-rex-requests.ts';
import type { ReadFileResponse } from '../../protocol/swe-rex-responses.ts';
import { pythonError } from './python-error.ts';

/** Reads a file as Python's `Path.read_text` does: strict UTF-8 by default, every kind of line end as a line feed. */
export async function readTextFile(
  files: FileSystem,
  request: ReadFileRequest,
  signal: AbortSignal,
): Promise<ReadFileResponse> {
  const errors = toErrors(request.errors);
  const bytes = await files.readBytes(request.path, { signal });
  const encoding = request.encoding ?? 'utf-8';
  const decoded = decode(bytes, encoding, errors);
  if ('failure' in decoded) {
    const message = decodeFailureMessage(encoding.toLowerCase(), bytes, decoded.failure);
    throw pythonError({ classPath: pythonClass.unicodeDecode, message });
  }
  return { content: decoded.text.replace(/\r\n?/g, '\n') };
}

function toErrors(name: string | null): DecodeErrors {
  switch (name) {
    case null:
    case 'strict':
      return 'strict';
    case 'replace':
    case 'ignore':
    case 'backslashreplace':
      return name;
    default:
      throw pythonError({ classPath: pythonClass.lookup, message: `unknown error handler name '${name}'` });
  }
}

function decode(bytes: Uint8Array, encoding: string, errors: DecodeErrors): Decoded {
  switch (encoding.toLowerCase().replaceAll('_', '-')) {
    case 'utf-8':
    case 'utf8':
      return decodeUtf8(bytes, errors);
    case 'utf-8-sig': {
      const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
      return decodeUtf8(marked ? bytes.subarray(3) : bytes, errors);
    }
    case 'ascii':
    case 'us-ascii':
      return decodeAscii(bytes, errors);
    case 'latin-1':
    case 'latin1':
    case 'iso-8859-1':
      return { text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1') };
    default:
      return decodeOther(bytes, encoding, errors);
  }
}

/** Encodings that the platform knows; what is wrong with bad bytes, and where, it does not say. */
function decodeOther(bytes: Uint8Array, encoding: string, errors: DecodeErrors): Decoded {
  const decoder = makeDecoder(encoding, errors === 'strict');
  try {
    return { text: decoder.decode(bytes) };
  } catch {
    return { failure: { start: 0, end: bytes.length, reason: 'invalid data' } };
  }
}

function makeDecoder(encoding: string, fatal: boolean): TextDecoder {
  try {
    return new TextDecoder(encoding.toLowerCase().replace(/^cp(?=125\d$)/, 'windows-'), { fatal });
  } catch {
    throw pythonError({ classPath: pythonClass.lookup, message: `unknown encoding: ${encoding}` });
  }
}
