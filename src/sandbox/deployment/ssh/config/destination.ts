import { invalidArgument } from '../../../../core/errors.ts';

/** A host as it is written down in one word. */
export interface Destination {
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
}

const form = /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:[\]@/]+|[0-9a-f.]*(?::[0-9a-f.]*){2,}))(?::(\d+))?\/?$/i;

/** Reads `[ssh://][user@]host[:port]`. @throws INVALID_ARGUMENT */
export function parseDestination(text: string, argument = 'host'): Destination {
  const [, user, bracketed, plain, port] = form.exec(text) ?? [];
  const host = bracketed ?? plain;
  const number = port === undefined ? undefined : Number(port);
  if (
    host === undefined ||
    host.startsWith('-') ||
    user?.startsWith('-') ||
    (number !== undefined && !isPort(number))
  ) {
    throw invalidArgument(argument, '[ssh://][user@]host[:port]', text);
  }
  return { host, ...(user === undefined ? {} : { user }), ...(number === undefined ? {} : { port: number }) };
}

/** True for the number of a port. */
export function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65535;
}
