import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RexError } from '../../../../core/errors.ts';
import { hasErrno } from '../../../files/file-errors.ts';
import { LocalFileSystem } from '../../../files/local-files.ts';
import type { HostSettings } from '../config/host-settings.ts';
import { fingerprintOf, type HostKey, type HostKeyAlgorithm, orderAlgorithms, toHostKey } from './host-key.ts';
import { judgeFingerprint, judgeKey, knownTypes, type Verdict } from './judge-key.ts';
import { type KnownHost, knownName, parseKnownHosts } from './known-hosts.ts';

/** Additions to one file wait for each other. */
let adding: Promise<unknown> = Promise.resolve();

/** Decides whether a host is who it should be. */
export class HostVerifier {
  /** Algorithms to ask for: first those that can be checked. */
  readonly algorithms: HostKeyAlgorithm[];
  readonly #settings: HostSettings;
  readonly #entries: readonly KnownHost[];
  readonly #name: string;

  private constructor(settings: HostSettings, entries: readonly KnownHost[]) {
    this.#settings = settings;
    this.#entries = entries;
    this.#name = settings.hostKeyAlias?.toLowerCase() ?? knownName(settings.address, settings.port);
    this.algorithms = orderAlgorithms(knownTypes(entries, this.#name));
  }

  /** Reads what is known. */
  static async load(settings: HostSettings): Promise<HostVerifier> {
    const texts = await Promise.all(settings.knownHostsFiles.map(readIfExists));
    return new HostVerifier(settings, texts.flatMap(parseKnownHosts));
  }

  /** Accepts the key, writing it down where that was asked for. @throws HOST_KEY_REFUSED */
  async accept(blob: Uint8Array): Promise<void> {
    const key = toHostKey(blob);
    const { hostFingerprints, unknownHost, knownHostsFiles } = this.#settings;
    const verdict = hostFingerprints
      ? judgeFingerprint(hostFingerprints, key)
      : judgeKey(this.#entries, this.#name, key);
    if (verdict === 'known') return;
    if (verdict !== 'unknown' || unknownHost !== 'trust') throw this.#refused(key, verdict);
    const [file] = knownHostsFiles;
    if (file !== undefined) await this.#writeDown(file, key);
  }

  /** The whole file is replaced in one step, so that nobody ever reads half a line. */
  async #writeDown(file: string, { type, blob }: HostKey): Promise<void> {
    const line = `${this.#name} ${type} ${Buffer.from(blob).toString('base64')}\n`;
    const add = async (): Promise<void> => {
      const before = await readIfExists(file);
      if (judgeKey(parseKnownHosts(before), this.#name, { type, blob }) === 'known') return;
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const gap = before === '' || before.endsWith('\n') ? '' : '\n';
      await new LocalFileSystem().write(file, `${before}${gap}${line}`, before === '' ? { mode: 0o600 } : {});
    };
    const added = adding.then(add);
    adding = added.catch(() => {});
    await added;
  }

  #refused(key: HostKey, verdict: Exclude<Verdict, 'known'>): RexError<'HOST_KEY_REFUSED'> {
    const fingerprint = fingerprintOf(key);
    const reason = { unknown: 'is not known', changed: 'is not the known one', revoked: 'is revoked' }[verdict];
    const context = { host: this.#name, keyType: key.type, fingerprint, verdict };
    const message = `the key ${fingerprint} (${key.type}) of the host ${this.#name} ${reason}`;
    return new RexError('HOST_KEY_REFUSED', message, context, { hint: hints[verdict] });
  }
}

const hints = {
  unknown:
    "Compare the fingerprint with the host's own, then add the key to `known_hosts`, pass it in `hostFingerprints`, or set `unknownHost: 'trust'`.",
  changed:
    'Somebody may be in between. If the host was made anew, remove its old line with `ssh-keygen -R` and compare the fingerprint.',
  revoked: 'This key must not be used any more: the host needs a new one.',
} as const;

async function readIfExists(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return '';
    throw error;
  }
}
