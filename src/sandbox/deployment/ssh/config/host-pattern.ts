/** Matches a name against a pattern of OpenSSH: `*` for any characters, `?` for one; upper and lower case are the same. */
export function matchesPattern(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]');
  return new RegExp(`^${source}$`, 'i').test(name);
}

/** Matches a name against a list: at least one pattern fits, and none that stands after `!`. */
export function matchesPatternList(patterns: readonly string[], name: string): boolean {
  let found = false;
  for (const pattern of patterns) {
    if (!pattern.startsWith('!')) found ||= matchesPattern(pattern, name);
    else if (matchesPattern(pattern.slice(1), name)) return false;
  }
  return found;
}
