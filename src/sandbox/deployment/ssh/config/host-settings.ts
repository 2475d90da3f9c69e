/** A private key file, and whether its absence is an error. */
export interface Identity {
  readonly path: string;
  readonly required: boolean;
}

/** Everything that a connection to one host needs to know. */
export interface HostSettings {
  /** The name as it was asked for. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly identities: readonly Identity[];
  /** Offers of an agent only the keys that belong to `identities`. */
  readonly identitiesOnly: boolean;
  readonly agent: string | undefined;
  readonly passphrase: string | undefined;
  readonly password: string | undefined;
  readonly knownHostsFiles: readonly string[];
  readonly unknownHost: 'refuse' | 'trust';
  /** Name under which the key is known, where it is not the address. */
  readonly hostKeyAlias: string | undefined;
  readonly hostFingerprints: readonly string[] | undefined;
  readonly connectTimeoutMs: number;
  readonly keepaliveIntervalMs: number;
  readonly keepaliveCountMax: number;
}

/** The host of a connection, for messages and errors. */
export function urlOf({ user, address, port }: Pick<HostSettings, 'user' | 'address' | 'port'>): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return `ssh://${user}@${host}:${port}`;
}
