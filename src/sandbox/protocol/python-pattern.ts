import { invalidArgument } from '../../core/errors.ts';

/** One kind of token: how it looks at the start of the rest, and what it becomes in a RegExp with the `u` flag. */
type Rule = readonly [looks: RegExp, becomes: (match: RegExpExecArray, flags: ReadonlySet<string>) => string];

const atEnd = '(?![\\s\\S])';
const atBeginning = '(?<![\\s\\S])';
const spaces = '\\s\\x1c-\\x1f';
const word = '\\p{L}\\p{N}_';

const sharedLetters = { a: '\\x07', d: '\\p{Nd}', D: '\\P{Nd}', f: '\\f', n: '\\n', r: '\\r', t: '\\t', v: '\\v' };

const lettersOutside: Readonly<Record<string, string>> = {
  ...sharedLetters,
  A: atBeginning,
  Z: atEnd,
  b: '\\b',
  B: '\\B',
  s: `[${spaces}]`,
  S: `[^${spaces}]`,
  w: `[${word}]`,
  W: `[^${word}]`,
};

const lettersInSet: Readonly<Record<string, string>> = { ...sharedLetters, b: '\\x08', s: spaces, S: '\\S', w: word };

const codePoint: Rule = [
  /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(0[0-7]{0,2}|[0-3][0-7]{2}))/,
  ([, two, four, eight, octal]) => {
    const hexadecimal = two ?? four ?? eight;
    const point = hexadecimal === undefined ? Number.parseInt(octal ?? '0', 8) : Number.parseInt(hexadecimal, 16);
    return `\\u{${point.toString(16)}}`;
  },
];

const outside: readonly Rule[] = [
  codePoint,
  [/^\\[1-9]\d?/, ([reference]) => `${reference}(?:)`],
  [/^\\([A-Za-z])/, ([, letter = '']) => letterOf(lettersOutside, letter)],
  [/^\\(.)/su, ([, character = '']) => quote(character)],
  [/^\(\?#[^)]*\)/, () => ''],
  [/^\(\?P=(\w+)\)/, ([, name]) => `\\k<${name}>`],
  [/^\(\?P<(\w+)>/, ([, name]) => `(?<${name}>`],
  [/^\((?:\?(?:[:=!]|<[=!])|(?!\?))/, ([opening]) => opening],
  [/^\(../s, ([opening]) => refuse(`unknown extension ${opening}`)],
  [/^\{(\d*),(\d*)\}/, ([, least, most]) => `{${least || '0'},${most}}`],
  [/^\{\d+\}/, ([times]) => times],
  [/^[\]{}/]/, ([character]) => `\\${character}`],
  [/^\$/, (_, flags) => (flags.has('m') ? '$' : `(?=\\n?${atEnd})`)],
  [/^[^\\[]/su, ([character]) => character],
];

const inSet: readonly Rule[] = [
  codePoint,
  [/^\\([A-Za-z])/, ([, letter = '']) => letterOf(lettersInSet, letter)],
  [/^\\(.)/su, ([, character = '']) => (character === '-' ? '\\-' : quote(character))],
  [/^[[/{}()|]/, ([character]) => `\\${character}`],
  [/^[^\\\]]/su, ([character]) => character],
];

/**
 * The RegExp that finds what a Python regular expression finds with `re.DOTALL`, the way SWE-ReX compiles `expect`.
 * @throws INVALID_ARGUMENT for a pattern that Python refuses, and for conditional groups and verbose patterns
 */
export function fromPythonPattern(pattern: string): RegExp {
  try {
    const inline = /^\(\?([aimsu]+)\)/.exec(pattern);
    const flags = new Set(['s', 'u', ...(inline?.[1] ?? '').replace(/[asu]/g, '')]);
    return new RegExp(translate(pattern.slice(inline?.[0].length ?? 0), flags), [...flags].join(''));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw invalidArgument('expect', `a regular expression (${error.message})`, pattern);
  }
}

function translate(pattern: string, flags: ReadonlySet<string>): string {
  let script = '';
  let rest = pattern;
  const take = (rules: readonly Rule[]): void => {
    for (const [looks, becomes] of rules) {
      const match = looks.exec(rest);
      if (match === null) continue;
      script += becomes(match, flags);
      rest = rest.slice(match[0].length);
      return;
    }
    refuse(rest === '' ? 'unterminated character set' : 'bad escape (end of pattern)');
  };
  while (rest !== '') {
    const opening = /^(\[\^?)(\]?)/.exec(rest);
    if (opening === null) {
      take(outside);
      continue;
    }
    script += opening[2] === '' ? opening[1] : `${opening[1]}\\]`;
    rest = rest.slice(opening[0].length);
    while (rest[0] !== ']') take(inSet);
    script += ']';
    rest = rest.slice(1);
  }
  return script;
}

function letterOf(letters: Readonly<Record<string, string>>, letter: string): string {
  return letters[letter] ?? refuse(`bad escape \\${letter}`);
}

function quote(character: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

function refuse(reason: string): never {
  throw new SyntaxError(reason);
}
