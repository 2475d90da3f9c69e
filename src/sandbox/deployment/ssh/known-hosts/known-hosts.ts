import { createHmac } from 'node:crypto';
import { matchesPatternList } from '../config/host-pattern.ts';

/** One line of a file of known hosts. */
export interface KnownHost {
  /** Patterns, or one hashed name. */
  readonly hosts: string;
  readonly revoked: boolean;
  readonly type: string;
  readonly key: Buffer;
}

/** Reads the lines of a `known_hosts` file; comments and lines of certificate authorities are left out. */
export function parseKnownHosts(text: string): KnownHost[] {
  const found: KnownHost[] = [];
  for (const line of text.split(/\r?\n/)) {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
    const [hosts, type, key] = words;
    if (!hosts || hosts.startsWith('#') || !type || !key) continue;
    if (marker !== undefined && marker !== '@revoked') continue;
    found.push({ hosts, type, key: Buffer.from(key, 'base64'), revoked: marker === '@revoked' });
  }
  return found;
}

/** The name under which a host is known: `host`, or `[host]:port` where the port is not 22. */
export function knownName(address: string, port: number): string {
  const host = address.toLowerCase();
  return port === 22 ? host : `[${host}]:${port}`;
}

/** True when a line is about a host of that name. */
export function isAbout({ hosts }: KnownHost, name: string): boolean {
  return hosts.startsWith('|1|') ? matchesHash(hosts, name) : matchesPatternList(hosts.split(','), name);
}

/** `|1|SALT|HASH`, where the hash is HMAC-SHA1 of the name under the salt. */
function matchesHash(hosts: string, name: string): boolean {
  const [, , salt = '', hash = ''] = hosts.split('|');
  return hash !== '' && createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}
