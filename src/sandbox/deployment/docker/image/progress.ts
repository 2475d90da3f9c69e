/** One step of a pull or a build. */
export interface ImageProgress {
  readonly type: 'pull' | 'build';
  readonly image: string;
  /** What the engine says: `Downloading`, `Step 2/5 : RUN make`. */
  readonly message: string;
  /** Id of the layer that it is about. */
  readonly layer?: string;
  /** Bytes of the layer so far, and in all, where they are known. */
  readonly currentBytes?: number;
  readonly totalBytes?: number;
}

/** A line of the engine's answer to a pull or a build. */
export interface ProgressLine {
  readonly status?: string;
  readonly id?: string;
  readonly stream?: string;
  readonly error?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly aux?: { readonly ID?: string };
}

/** The lines of an answer, as they come. */
export async function* readLines(answer: AsyncIterable<Uint8Array>): AsyncGenerator<ProgressLine, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of answer) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as ProgressLine;
  }
  if (rest.trim() !== '') yield JSON.parse(rest) as ProgressLine;
}

/** The event for a line, or undefined for one that says nothing. */
export function toProgress(type: ImageProgress['type'], image: string, line: ProgressLine): ImageProgress | undefined {
  const message = (line.stream ?? line.status ?? '').trim();
  if (message === '') return undefined;
  const { current, total } = line.progressDetail ?? {};
  return {
    type,
    image,
    message,
    ...(line.id === undefined ? {} : { layer: line.id }),
    ...(current === undefined ? {} : { currentBytes: current }),
    ...(total === undefined ? {} : { totalBytes: total }),
  };
}
