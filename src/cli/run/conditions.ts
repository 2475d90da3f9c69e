import type { Condition, Json } from '../../orchestration/index.ts';

/** A condition of a graph file, taken apart. */
interface Parsed {
  readonly node: string;
  readonly path: readonly string[];
  readonly operator: string | undefined;
  readonly value: string;
}

const pattern = /^\s*(?<place>\S+?)\s*(?:(?<operator>==|!=|contains|matches)\s*(?<value>\S.*?))?\s*$/;

/**
 * The condition that a text stands for: `NODE`, `NODE.FIELD`, or one of them with `==`, `!=`, `contains` or `matches` and
 * a value; undefined where the text is none or names no node of `needs`.
 */
export function parseCondition(text: string, needs: readonly string[]): Condition | undefined {
  const parsed = parse(text, needs);
  if (!parsed) return undefined;
  const { node, path, operator, value } = parsed;
  if (operator === 'matches' && !isPattern(value)) return undefined;
  return (inputs) => {
    const found = path.reduce<Json | undefined>(memberOf, inputs[node]);
    return compare(found, operator, value);
  };
}

function parse(text: string, needs: readonly string[]): Parsed | undefined {
  const { place = '', operator, value = '' } = pattern.exec(text)?.groups ?? {};
  // An id may hold dots, so the longest that fits is meant.
  const fitting = needs.filter((id) => place === id || place.startsWith(`${id}.`));
  const node = fitting.sort((left, right) => right.length - left.length)[0];
  if (node === undefined) return undefined;
  const path = place
    .slice(node.length + 1)
    .split('.')
    .filter((part) => part !== '');
  return { node, path, operator, value: unquote(value) };
}

function compare(found: Json | undefined, operator: string | undefined, value: string): boolean {
  const told = found === undefined ? '' : typeof found === 'string' ? found.trimEnd() : JSON.stringify(found);
  switch (operator) {
    case '==':
      return found !== undefined && told === value;
    case '!=':
      return told !== value;
    case 'contains':
      return told.includes(value);
    case 'matches':
      return new RegExp(value).test(told);
    default:
      return found !== undefined && found !== null && found !== false && found !== '' && found !== 0;
  }
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, Json>>)[name];
}

function unquote(text: string): string {
  return /^(?:'.*'|".*")$/s.test(text) ? text.slice(1, -1) : text;
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
