import { RexError } from '../../../../core/errors.ts';
import { matchesPatternList } from './host-pattern.ts';
import type { Condition, Directive } from './read-config.ts';

/** What is known about a host while its configuration is read. */
export interface ConfigQuery {
  /** The name as it was asked for. */
  readonly name: string;
  /** The user that was asked for. */
  readonly user: string | undefined;
  readonly localUser: string;
}

/** What a configuration says about one host; keywords in lower case, the first value of each counts. */
export class HostConfig {
  readonly #values = new Map<string, readonly string[]>();
  /** Every `IdentityFile`, in order. */
  readonly identityFiles: string[] = [];

  /** The words after a keyword. */
  words(keyword: string): readonly string[] {
    return this.#values.get(keyword) ?? [];
  }

  /** The first word after a keyword. */
  value(keyword: string): string | undefined {
    return this.words(keyword)[0];
  }

  /** Takes a directive that applies. */
  add({ keyword, words }: Directive): void {
    if (keyword === 'identityfile') this.identityFiles.push(...words.slice(0, 1));
    else if (!this.#values.has(keyword) && words.length > 0) this.#values.set(keyword, words);
  }
}

/** What the directives say about a host. @throws UNSUPPORTED for a `Match` that cannot be judged and could apply */
export function findSettings(directives: readonly Directive[], query: ConfigQuery): HostConfig {
  const found = new HostConfig();
  for (const directive of directives) {
    if (directive.conditions.every((condition) => holds(condition, query, found))) found.add(directive);
  }
  return found;
}

function holds(condition: Condition, query: ConfigQuery, found: HostConfig): boolean {
  if (condition.keyword === 'host') return matchesPatternList(condition.words, query.name);
  const criteria = [...condition.words];
  let unknown: string | undefined;
  while (criteria.length > 0) {
    const word = criteria.shift() as string;
    const negated = word.startsWith('!');
    const criterion = word.replace('!', '').toLowerCase();
    if (criterion === 'all') continue;
    if (criterion === 'canonical') return false;
    const subject = subjectOf(criterion, query, found);
    const patterns = (criteria.shift() ?? '').split(',');
    if (subject === undefined) unknown ??= word;
    else if (matchesPatternList(patterns, subject) === negated) return false;
  }
  if (unknown === undefined) return true;
  const feature = `Match ${unknown}`;
  const hint = `Give the options of this host in the program and set \`configFile\` to false, or leave out ${condition.place}.`;
  throw new RexError('UNSUPPORTED', `${condition.place}: ${feature} is not judged`, { feature }, { hint });
}

function subjectOf(criterion: string, query: ConfigQuery, found: HostConfig): string | undefined {
  switch (criterion) {
    case 'host':
      return found.value('hostname')?.replaceAll('%h', query.name) ?? query.name;
    case 'originalhost':
      return query.name;
    case 'user':
      return query.user ?? found.value('user') ?? query.localUser;
    case 'localuser':
      return query.localUser;
    default:
      return undefined;
  }
}
