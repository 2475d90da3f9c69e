import { fingerprintOf, type HostKey } from './host-key.ts';
import { isAbout, type KnownHost } from './known-hosts.ts';

/** What the known hosts say about a key. */
export type Verdict = 'known' | 'unknown' | 'changed' | 'revoked';

/** Judges a host's key: `changed` when other keys of the host are known and not this one. */
export function judgeKey(entries: readonly KnownHost[], name: string, key: HostKey): Verdict {
  const about = entries.filter((entry) => isAbout(entry, name));
  const same = about.filter((entry) => entry.type === key.type && entry.key.equals(key.blob));
  if (same.some(({ revoked }) => revoked)) return 'revoked';
  if (same.length > 0) return 'known';
  return about.some(({ revoked }) => !revoked) ? 'changed' : 'unknown';
}

/** Judges a host's key by the fingerprints that are accepted. */
export function judgeFingerprint(accepted: readonly string[], key: HostKey): Verdict {
  return accepted.includes(fingerprintOf(key)) ? 'known' : 'changed';
}

/** Kinds of key that are known of a host. */
export function knownTypes(entries: readonly KnownHost[], name: string): Set<string> {
  return new Set(entries.filter((entry) => !entry.revoked && isAbout(entry, name)).map(({ type }) => type));
}
