import { RexError } from '../../core/errors.ts';

/**
 * The Python regular expression for a literal text or a RegExp, for SWE-ReX's `expect`, which is compiled with
 * `re.DOTALL`.
 * @throws UNSUPPORTED for a RegExp with the `v` flag.
 */
export function toPythonPattern(pattern: string | RegExp): string {
  if (typeof pattern === 'string') return pattern.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  if (pattern.flags.includes('v')) {
    const message = 'A RegExp with the v flag cannot be sent to a SWE-ReX server';
    throw new RexError('UNSUPPORTED', message, { feature: 'RegExp flag v' }, { hint: 'Write it with the u flag.' });
  }
  const flags = [...pattern.flags].filter((flag) => flag === 'i' || flag === 'm').join('');
  return (flags === '' ? '' : `(?${flags})`) + translate(pattern.source, pattern.flags);
}

function translate(source: string, flags: string): string {
  const token = /\\k<(\w+)>|\(\?<(?![=!])|\\u\{([0-9a-fA-F]+)\}|\\\/|\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|[.$]/g;
  return source.replace(token, (part, reference?: string, point?: string) => {
    if (reference !== undefined) return `(?P=${reference})`;
    if (part === '(?<') return '(?P<';
    if (point !== undefined) return `\\U${point.padStart(8, '0')}`;
    if (part === '\\/') return '/';
    if (part === '.') return flags.includes('s') ? '.' : '[^\\n]';
    if (part === '$') return flags.includes('m') ? '$' : '\\Z';
    return part;
  });
}
