import { readFileSync } from 'node:fs';
import type { SshDeploymentOptions, SshHostOptions } from '../../src/sandbox/deployment/ssh/ssh-options.ts';

/** One of the two servers that scripts/run-ssh-tests.sh starts. */
export interface TestHost {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly key: string;
  readonly passphrasedKey: string;
  readonly passphrase: string;
  readonly knownHosts: string;
  readonly fingerprint: string;
  readonly log: string;
  readonly pid: number;
}

/** Reads the file in which a server describes itself. */
export function readHost(file: string): TestHost {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const values = new Map(lines.map((line) => line.split(/=(.*)/s) as [string, string]));
  const value = (name: string): string => values.get(`SSH_TEST_${name}`) ?? '';
  return {
    host: value('HOST'),
    port: Number(value('PORT')),
    user: value('USER'),
    password: value('PASSWORD'),
    key: value('KEY'),
    passphrasedKey: value('KEY_PASSPHRASED'),
    passphrase: value('KEY_PASSPHRASE'),
    knownHosts: value('KNOWN_HOSTS'),
    fingerprint: value('HOST_FINGERPRINT'),
    log: value('LOG'),
    pid: Number(value('PID')),
  };
}

function fileNamedBy(variable: string): string {
  const file = process.env[variable];
  if (file === undefined) throw new Error(`${variable} is not set: run the tests by npm run test:ssh`);
  return file;
}

/** The server that commands run on. */
export const target: TestHost = readHost(fileNamedBy('HRM_REX_SSH_TARGET'));

/** The server on the way to it. */
export const jump: TestHost = readHost(fileNamedBy('HRM_REX_SSH_JUMP'));

/** Options that log in to a server by key, and by nothing else that this machine may have. */
export function byKey({ host, port, user, key, knownHosts }: TestHost): SshHostOptions {
  return { host, port, user, identityFiles: [key], knownHostsFiles: [knownHosts], agent: false };
}

/** The target, straight. */
export const direct: SshDeploymentOptions = { ...byKey(target), configFile: false };

/** The target, through the jump host. */
export const throughJump: SshDeploymentOptions = { ...direct, jumpHosts: [byKey(jump)] };
