/** How one host is reached and trusted. What is absent comes from the SSH configuration, then from the defaults. */
export interface SshHostOptions {
  /** Name, address, or alias of the SSH configuration; `user@host`, `host:port` and `ssh://user@host:port` too. */
  readonly host: string;
  /** Default 22. */
  readonly port?: number;
  /** Default: the name of this process's user. */
  readonly user?: string;
  /** Private key files, tried in this order. Default: `IdentityFile`, or `~/.ssh/id_ed25519`, `id_ecdsa` and `id_rsa`. */
  readonly identityFiles?: readonly string[];
  /** Opens the private keys that are encrypted. */
  readonly passphrase?: string;
  /** Password of the account, also given to keyboard-interactive questions. */
  readonly password?: string;
  /** Socket of an SSH agent; false uses none. Default: `IdentityAgent`, or the variable `SSH_AUTH_SOCK`. */
  readonly agent?: string | false;
  /** Files of known host keys; the first one takes new ones. Default: `~/.ssh/known_hosts`, then the system's. */
  readonly knownHostsFiles?: readonly string[];
  /**
   * What happens to a host whose key is not known: `refuse` it, or `trust` it and write the key down. A key that differs
   * from the known one is always refused. Default `refuse`.
   */
  readonly unknownHost?: 'refuse' | 'trust';
  /** Accepts exactly these host keys, as `SHA256:…`, and asks no file. */
  readonly hostFingerprints?: readonly string[];
  /** Time for one connection, from the first packet to the login. Default 20,000. */
  readonly connectTimeoutMs?: number;
  /** Time without a word after which the host is asked whether it is there; 0: never. Default 10,000. */
  readonly keepaliveIntervalMs?: number;
  /** Questions without an answer after which the link counts as cut. Default 3. */
  readonly keepaliveCountMax?: number;
}

/** How an {@link SshDeployment} reaches its host and works there. */
export interface SshDeploymentOptions extends SshHostOptions {
  /** Hosts on the way, nearest first; `[]`: none, whatever the configuration says. Default: `ProxyJump`. */
  readonly jumpHosts?: readonly (string | SshHostOptions)[];
  /** SSH configuration file; false reads none. Default `~/.ssh/config`, where it exists. */
  readonly configFile?: string | false;
  /** Directory in which commands start; a relative one is below the home directory. Default: the home directory. */
  readonly cwd?: string;
  /** Environment variables for everything that is started. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * What the host does with everything that was started when the link is cut: `end` it, or `keep` it running. A stop
   * always ends it. Default `end`.
   */
  readonly whenCut?: 'end' | 'keep';
  /** Time for a whole start, jump hosts included. Default 60,000. */
  readonly startupTimeoutMs?: number;
  /** Time for the host to open a channel; one that does not answer counts as cut off. Default 10,000. */
  readonly channelTimeoutMs?: number;
  /** Channels on one connection; more connections are opened as needed. OpenSSH allows 10. Default 8. */
  readonly channelsPerConnection?: number;
  /** Time after which a further connection without channels is closed. Default 30,000. */
  readonly idleConnectionMs?: number;
}
