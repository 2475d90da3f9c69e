const reserved =
  /^(await|break|call|case|catch|class|const|continue|debugger|default|delete|do|else|enum|export|extends|false|finally|for|function|if|import|in|instanceof|let|new|null|return|static|super|switch|this|throw|true|try|typeof|var|void|while|with|yield)$/;

/** Identifiers for names of tools, different from one another. */
export function identifiersOf(names: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  const identifiers = new Map<string, string>();
  for (const name of names) {
    const safe = name.replace(/[^A-Za-z0-9_]/g, '_');
    const start = /^\d/.test(safe) || reserved.test(safe) ? `_${safe}` : safe;
    let free = start;
    for (let number = 2; taken.has(free); number++) free = `${start}_${number}`;
    taken.add(free);
    identifiers.set(name, free);
  }
  return identifiers;
}
