import type { Commit, Project } from './project.ts';

const firstCommitAt = 1_750_000_000;
const dayInSeconds = 86_400;

/** A project's history as a stream for `git fast-import`; the same data always gives the same commits. */
export function toFastImport({ history, branches = [] }: Project): string {
  const stream: string[] = [];
  let at = firstCommitAt;
  let mark = 0;
  const write = (branch: string, { message, files }: Commit, from: number): number => {
    at += dayInSeconds;
    mark += 1;
    stream.push(
      `commit refs/heads/${branch}\nmark :${mark}\ncommitter Ada <ada@example.com> ${at} +0000\n${data(message)}`,
      from === 0 ? '' : `from :${from}\n`,
      ...Object.entries(files).map(([path, text]) =>
        text === null ? `D ${path}\n` : `M 100644 inline ${path}\n${data(text)}`,
      ),
      '\n',
    );
    return mark;
  };
  for (const commit of history) write('main', commit, mark);
  for (const { name, after, commits } of branches) {
    let from = after;
    for (const commit of commits) from = write(name, commit, from);
  }
  return stream.join('');
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
