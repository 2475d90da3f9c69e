/**
 * A test of paths against glob patterns: `*` and `?` within a name, `**` across directories, `[…]`, `{a,b}`. A pattern
 * without a slash is held against the name alone.
 */
export function globMatcher(patterns: readonly string[]): (path: string) => boolean {
  const tests = patterns.map((pattern) => {
    const expression = new RegExp(`^(?:${translate(pattern.replace(/^\.?\//, ''))})$`, 'u');
    return pattern.includes('/')
      ? (path: string) => expression.test(path)
      : (path: string) => expression.test(path.slice(path.lastIndexOf('/') + 1));
  });
  return (path) => tests.some((test) => test(path));
}

const token = /\*\*\/|\/\*\*$|\*\*|\*|\?|\[!?[^\]]+\]|[{},]|./gsu;

function translate(pattern: string): string {
  let depth = 0;
  return (
    pattern.replaceAll(token, (part) => {
      if (part === '**/') return '(?:[^/]+/)*';
      if (part === '/**') return '/.+';
      if (part === '**') return '.*';
      if (part === '*') return '[^/]*';
      if (part === '?') return '[^/]';
      if (/^\[.+\]$/u.test(part)) return `[${part.slice(1, -1).replace(/^!/, '^').replaceAll(/[\\[]/g, '\\$&')}]`;
      if (part === '{') {
        depth++;
        return '(?:';
      }
      if (part === '}' && depth > 0) {
        depth--;
        return ')';
      }
      if (part === ',' && depth > 0) return '|';
      return part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    }) + ')'.repeat(depth)
  );
}
