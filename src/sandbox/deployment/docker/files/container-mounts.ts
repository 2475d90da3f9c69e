/** What a shell in the container says about a directory. */
export interface PlaceFacts {
  /** The directory without links. */
  readonly directory: string;
  readonly user: number;
  readonly group: number;
  /** Whether the engine's archives reach it, as they do not reach memory file systems and read-only ones. */
  readonly isArchived: boolean;
}

/** Shell text that prints the facts of `$d`, and fails where it is no directory that can be entered. */
export const factsText = 'cd "$d" && id -u && id -g && pwd -P && echo / && cat /proc/self/mountinfo';

/**
 * Reads what {@link factsText} printed. `shared` are the bind mounts and volumes of the container, which archives reach.
 * Undefined where it cannot be told.
 */
export function readFacts(text: string, shared: ReadonlySet<string>): PlaceFacts | undefined {
  const found = /^(\d+)\n(\d+)\n(\/.*)\n\/\n(.*)$/s.exec(text);
  if (!found) return undefined;
  const [, user, group, directory, table] = found as unknown as [string, string, string, string, string];
  let mount: { readonly point: string; readonly isWritable: boolean } | undefined;
  for (const line of table.split('\n')) {
    const [, , , , point = '', options = '', ...rest] = line.split(' ');
    if (point === '' || !isWithin(directory, plain(point))) continue;
    // A later mount on the same point hides the earlier one.
    if (mount !== undefined && plain(point).length < mount.point.length) continue;
    const superOptions = rest.at(-1) ?? '';
    const isWritable = options.split(',').includes('rw') && superOptions.split(',').includes('rw');
    mount = { point: plain(point), isWritable };
  }
  const isArchived = mount?.isWritable === true && (mount.point === '/' || shared.has(mount.point));
  return { directory, user: Number(user), group: Number(group), isArchived };
}

function isWithin(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}

/** Blanks and backslashes are octal numbers in the kernel's table. */
function plain(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
