/** Whether a path of the context belongs to the build. */
export type ContextFilter = (path: string) => boolean;

/**
 * A filter from the text of a `.dockerignore`: patterns of Go's `filepath.Match` with `**`, `#` comments, `!` exceptions; the
 * last pattern that matches a path or one of its parents decides. `keep` names what is always sent.
 */
export function parseDockerIgnore(text: string, keep: readonly string[] = []): ContextFilter {
  const rules = text
    .split(/\r?\n/)
    .map((line) => (line.startsWith('#') ? '' : line.trim()))
    .filter((line) => line !== '')
    .map(toRule);
  const kept = new Set(keep);
  return (path) => {
    if (kept.has(path)) return true;
    const parts = path.split('/');
    const prefixes = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    let included = true;
    for (const { pattern, isException } of rules) {
      if (included !== isException && prefixes.some((prefix) => pattern.test(prefix))) included = isException;
    }
    return included;
  };
}

function toRule(line: string): { readonly pattern: RegExp; readonly isException: boolean } {
  const isException = line.startsWith('!');
  const text = isException ? line.slice(1).trim() : line;
  const parts = text.split('/').filter((part) => part !== '' && part !== '.');
  return { pattern: new RegExp(`^${toSource(parts.join('/'))}$`, 's'), isException };
}

/** The source of a regular expression for a pattern. */
function toSource(pattern: string): string {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] as string;
    if (pattern.startsWith('**', at)) {
      const isWhole = pattern[at + 2] === '/';
      source += isWhole ? '(?:.*/)?' : '.*';
      at += isWhole ? 2 : 1;
    } else if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else if (character === '[' && pattern.indexOf(']', at + 1) > at) {
      const end = pattern.indexOf(']', at + 1);
      source += pattern.slice(at, end + 1).replaceAll('\\', '\\\\');
      at = end;
    } else if (character === '\\' && at + 1 < pattern.length) source += quote(pattern[++at] as string);
    else source += quote(character);
  }
  return source;
}

function quote(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
