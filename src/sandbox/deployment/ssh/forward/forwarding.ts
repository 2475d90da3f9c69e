/** A port that leads to another one; disposing it closes the port and what goes through it. */
export interface Forwarding extends AsyncDisposable {
  /** Address that listens. */
  readonly host: string;
  /** Port that listens. */
  readonly port: number;
}

/** From a port of this machine to one that the far host can reach. */
export interface ForwardOptions {
  /** Port to reach there. */
  readonly remotePort: number;
  /** Host to reach, as the far host sees it. Default `127.0.0.1`: the far host itself. */
  readonly remoteHost?: string;
  /** Port that listens here. Default 0: any that is free. */
  readonly localPort?: number;
  /** Address that listens here. Default `127.0.0.1`. */
  readonly host?: string;
}

/** From a port of the far host to one that this machine can reach. */
export interface ReverseForwardOptions {
  /** Port to reach here. */
  readonly localPort: number;
  /** Host to reach, as this machine sees it. Default `127.0.0.1`. */
  readonly localHost?: string;
  /** Port that listens there. Default 0: any that is free. */
  readonly remotePort?: number;
  /** Address that listens there; others than the default need `GatewayPorts` of the server. Default `127.0.0.1`. */
  readonly host?: string;
}
