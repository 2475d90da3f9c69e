import { createHash } from 'node:crypto';

/** A host's public key. */
export interface HostKey {
  /** Its kind, for example `ssh-ed25519`. */
  readonly type: string;
  /** The key as it travels. */
  readonly blob: Uint8Array;
}

/** Reads the kind of a key out of it. */
export function toHostKey(blob: Uint8Array): HostKey {
  const view = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
  const length = view.length < 4 ? 0 : view.readUInt32BE(0);
  return { type: view.toString('latin1', 4, 4 + length), blob };
}

/** The fingerprint as OpenSSH prints it: `SHA256:` and 43 characters. */
export function fingerprintOf({ blob }: Pick<HostKey, 'blob'>): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** Algorithms that a host may prove its key with, most wanted first. */
const algorithms = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const;

/** One of {@link algorithms}. */
export type HostKeyAlgorithm = (typeof algorithms)[number];

/** All algorithms, those of the known kinds of key first: a host shows the key that can be checked. */
export function orderAlgorithms(knownTypes: ReadonlySet<string>): HostKeyAlgorithm[] {
  const isKnown = (algorithm: string): boolean => knownTypes.has(algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm);
  return [...algorithms.filter(isKnown), ...algorithms.filter((algorithm) => !isKnown(algorithm))];
}
