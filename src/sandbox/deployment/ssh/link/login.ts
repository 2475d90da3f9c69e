import { readFile } from 'node:fs/promises';
import type { AnyAuthMethod, ParsedKey } from 'ssh2';
import { invalidArgument } from '../../../../core/errors.ts';
import type { HostSettings, Identity } from '../config/host-settings.ts';
import type { Ssh2 } from '../load-ssh2.ts';
import { filterAgent } from './filter-agent.ts';

/** The ways to log in, in the order in which they are tried. */
export interface Login {
  readonly methods: readonly AnyAuthMethod[];
  /** The ways in words. */
  readonly names: readonly string[];
  /** What could not be used, and why. */
  readonly skipped: readonly string[];
}

/** Collects keys, agent and password of a host. @throws INVALID_ARGUMENT for a named key that cannot be used */
export async function findLogin(ssh2: Ssh2, settings: HostSettings): Promise<Login> {
  const { user: username, password, agent } = settings;
  const methods: AnyAuthMethod[] = [];
  const names: string[] = [];
  const skipped: string[] = [];
  const keys: ParsedKey[] = [];
  for (const identity of settings.identities) {
    const key = await loadKey(ssh2, identity, settings.passphrase, skipped);
    if (key === undefined) continue;
    keys.push(key);
    if (!key.isPrivateKey()) continue;
    methods.push({ type: 'publickey', username, key });
    names.push(`key ${identity.path}`);
  }
  if (agent !== undefined) {
    const whole = ssh2.createAgent(agent);
    methods.push({ type: 'agent', username, agent: settings.identitiesOnly ? filterAgent(ssh2, whole, keys) : whole });
    names.push('agent');
  }
  if (password !== undefined) {
    methods.push({ type: 'password', username, password });
    const prompt = (_name: string, _text: string, _language: string, questions: unknown[], answer: Answer): void =>
      answer(questions.map(() => password));
    methods.push({ type: 'keyboard-interactive', username, prompt } as AnyAuthMethod);
    names.push('password');
  }
  return { methods, names, skipped };
}

type Answer = (answers: string[]) => void;

async function loadKey(
  ssh2: Ssh2,
  { path, required }: Identity,
  passphrase: string | undefined,
  skipped: string[],
): Promise<ParsedKey | undefined> {
  const refuse = (reason: string): void => {
    if (required) throw invalidArgument('identityFiles', `a private key that can be used (${reason})`, path);
    skipped.push(`${path} (${reason})`);
  };
  let text: Buffer;
  try {
    text = await readFile(path);
  } catch (error) {
    if (required) refuse((error as Error).message);
    return await loadPublicKey(ssh2, path);
  }
  const parsed = ssh2.utils.parseKey(text, passphrase);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!(key instanceof Error)) return key;
  refuse(whyUnreadable(key.message));
  return await loadPublicKey(ssh2, path);
}

function whyUnreadable(message: string): string {
  if (/no passphrase given/i.test(message)) return 'it needs a `passphrase`';
  return /passphrase|integrity|decrypt/i.test(message) ? 'its passphrase is wrong' : message;
}

/** The public half tells which key of an agent is meant, where the private one cannot be read. */
async function loadPublicKey(ssh2: Ssh2, path: string): Promise<ParsedKey | undefined> {
  try {
    const key = ssh2.utils.parseKey(await readFile(`${path}.pub`));
    return key instanceof Error ? undefined : key;
  } catch {
    return undefined;
  }
}
