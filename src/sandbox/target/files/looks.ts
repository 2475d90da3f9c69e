import { Buffer } from 'node:buffer';
import type { FileChange } from '../../files/file-system.ts';
import { assign } from './prelude.ts';

/** What one look saw, by path. */
export type Look = ReadonlyMap<string, SeenEntry>;

/** An entry as it was seen. */
export interface SeenEntry {
  readonly isDirectory: boolean;
  /** Differs when the entry did; of a directory only its identity and mode count, not what is in it. */
  readonly state: string;
}

/**
 * Looks once for each line of its input and prints what it sees, or `=` where that is what it saw before, and a NUL. A
 * record is type, inode, mode, size, times and the path, which ends in `//`.
 */
export function watchScript(path: string, recursive: boolean): string {
  const scope = `"$path"${recursive ? '' : ' -maxdepth 1'}`;
  return `${assign({ path })}[ -e "$path" ] || why "$path"
need find
if find / -maxdepth 0 -printf '' 2>/dev/null; then
  look() { find -H ${scope} -printf '%y %i %m %s %T@ %C@ %p//\\n' </dev/null 2>/dev/null; }
else
  need stat
  look() { find -H ${scope} -exec stat -c '%f %i %a %s %y %z %n//' {} + </dev/null 2>/dev/null; }
fi
before=
while read -r line; do
  now=$(look)
  if [ "$now" = "$before" ]; then printf '=\\000'; else printf '%s\\000' "$now"; fi
  before=$now
done`;
}

/** What {@link watchScript} prints, look by look. */
export async function* looks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Look | 'same', void, undefined> {
  let parts: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, start)) {
      const text = Buffer.concat([...parts, chunk.subarray(start, end)]).toString();
      yield text === '=' ? 'same' : readLook(text);
      parts = [];
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
  }
}

/** What became of each path but a watched directory itself: what is gone from below, then what came from above. */
export function difference(before: Look, now: Look, top: string): FileChange[] {
  const gone = [...before.keys()]
    .filter((path) => !now.has(path))
    .sort()
    .reverse();
  const here = [...now.keys()].sort();
  const changes: FileChange[] = gone.map((path) => ({ type: 'removed', path }));
  for (const path of here) {
    const was = before.get(path);
    const is = now.get(path) as SeenEntry;
    if (was?.state === is.state || (path === top && is.isDirectory)) continue;
    changes.push({ type: was === undefined ? 'created' : 'changed', path });
  }
  return changes;
}

function readLook(text: string): Look {
  const look = new Map<string, SeenEntry>();
  for (const record of `${text}\n`.split('//\n').slice(0, -1)) {
    const start = record.indexOf('/');
    const facts = record.slice(0, start).split(' ');
    const isDirectory = /^(?:d|4[0-9a-f]{3})$/.test(facts[0] as string);
    look.set(record.slice(start), { isDirectory, state: facts.slice(0, isDirectory ? 3 : undefined).join(' ') });
  }
  return look;
}
