const longest = 64;

/** Names that every model takes, different from one another: letters, digits, `_` and `-`, at most 64. */
export function safeNames(names: readonly string[], prefix: string = ''): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const safe = `${prefix}${name}`.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, longest) || 'tool';
    let free = safe;
    for (let number = 2; taken.has(free); number++) {
      const suffix = `_${number}`;
      free = `${safe.slice(0, longest - suffix.length)}${suffix}`;
    }
    taken.add(free);
    return free;
  });
}
