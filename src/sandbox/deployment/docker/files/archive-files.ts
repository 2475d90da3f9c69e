import { stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { quote } from '../../../../core/quote.ts';
import type { TransferOptions, TransferResult } from '../../../files/file-system.ts';
import { archiveEnd, packMembers } from '../../../files/pack-tree.ts';
import { type LocalMember, readTree } from '../../../files/read-tree.ts';
import { carriedBytes, joinChunks } from '../../../files/streams.ts';
import { unpackTree } from '../../../files/unpack-tree.ts';
import type { Ask } from '../../../target/files/ask.ts';
import { ShellFiles } from '../../../target/files/shell-files.ts';
import type { Target } from '../../../target/target.ts';
import type { Engine } from '../engine/engine.ts';
import { engineError } from '../engine/engine-error.ts';
import { factsText, type PlaceFacts, readFacts } from './container-mounts.ts';

/** The container that {@link ArchiveFiles} carries to and from. */
export interface ArchivePlace {
  readonly id: string;
  readonly name: string;
  /** Where its bind mounts and volumes are. */
  readonly shared: ReadonlySet<string>;
}

/** Chunks that are packed while one is sent. */
const piecesAhead = 8;

/**
 * The files of a container: whole directories by the engine's archives, which are quickest, everything else through its
 * shell. Archives do not reach memory file systems and a read-only root, and know no rules for merging: there the shell
 * carries directories, too. An upload belongs to the user that programs run as.
 */
export class ArchiveFiles extends ShellFiles {
  readonly #engine: Engine;
  readonly #ask: Ask;
  readonly #target: Target;
  readonly #place: ArchivePlace;

  constructor(engine: Engine, target: Target, place: ArchivePlace, ask: Ask) {
    super(target, { ask });
    this.#engine = engine;
    this.#ask = ask;
    this.#target = target;
    this.#place = place;
  }

  override async upload(localPath: string, targetPath: string, options: TransferOptions = {}): Promise<TransferResult> {
    const path = this.#resolve(targetPath);
    const parent = posix.dirname(path);
    const isDirectory = path !== '/' && (await stat(localPath).catch(() => undefined))?.isDirectory() === true;
    // Only into nothing, and only where the user could have made it.
    const fits = `p=${quote(path)}; [ ! -e "$p" ] && [ ! -L "$p" ] && mkdir -p "$d" && [ -w "$d" ] && [ -x "$d" ]`;
    const facts = isDirectory ? await this.#look(parent, fits, options.signal) : undefined;
    if (facts === undefined) return await super.upload(localPath, targetPath, options);
    return await this.#send(localPath, facts, posix.basename(path), options);
  }

  override async download(
    targetPath: string,
    localPath: string,
    options: TransferOptions = {},
  ): Promise<TransferResult> {
    const fits = '[ -d "$d" ] && [ -r "$d" ] && [ -x "$d" ]';
    const facts = options.followLinks ? undefined : await this.#look(this.#resolve(targetPath), fits, options.signal);
    if (facts === undefined || facts.directory === '/') return await super.download(targetPath, localPath, options);
    return await this.#receive(facts.directory, localPath, options);
  }

  async #send(source: string, facts: PlaceFacts, name: string, options: TransferOptions): Promise<TransferResult> {
    const { signal, onProgress } = options;
    const { directory, user, group } = facts;
    const count = { files: 0, directories: 0, links: 0, bytes: 0 };
    const members = counted(readTree(source, { ...options, operation: 'upload' }), count);
    let failure: unknown;
    const archive = joinChunks(
      packed(members, {
        name,
        owner: { user, group },
        ...(signal ? { signal } : {}),
        onProgress: (progress) => {
          Object.assign(count, progress);
          onProgress?.(progress);
        },
      }),
      carriedBytes,
    );
    const watched = remembering(archive, (error) => {
      failure = error;
    });
    const content = Readable.from(watched, { highWaterMark: piecesAhead });
    try {
      await this.#container().putArchive(content, {
        path: directory,
        ...(signal ? { abortSignal: signal } : {}),
      });
    } catch (error) {
      await this.remove(posix.join(directory, name), { recursive: true, missing: 'ignore' }).catch(() => {});
      signal?.throwIfAborted();
      throw failure ?? this.#typed(error, 'upload to', posix.join(directory, name));
    }
    return { ...count };
  }

  async #receive(directory: string, localPath: string, options: TransferOptions): Promise<TransferResult> {
    const { signal } = options;
    const archive = await this.#container()
      .getArchive({ path: directory, ...(signal ? { abortSignal: signal } : {}) })
      .catch((error: unknown) => {
        signal?.throwIfAborted();
        throw this.#typed(error, 'download from', directory);
      });
    return await unpackTree(archive as AsyncIterable<Uint8Array>, localPath, { ...options, operation: 'download' });
  }

  /** Facts of a directory that archives reach and that fits; undefined leaves the matter, and its errors, to the shell. */
  async #look(directory: string, fits: string, signal: AbortSignal | undefined): Promise<PlaceFacts | undefined> {
    signal?.throwIfAborted();
    const script = `( d=${quote(directory)}; ${fits} && ${factsText} ) 2>/dev/null`;
    const { output, status } = await this.#ask(script);
    if (status !== 0) return undefined;
    const facts = readFacts(Buffer.from(output).toString('utf8'), this.#place.shared);
    return facts?.isArchived ? facts : undefined;
  }

  #container() {
    return this.#engine.client.getContainer(this.#place.id);
  }

  #resolve(path: string): string {
    return posix.resolve(this.#target.cwd, path);
  }

  #typed(error: unknown, verb: string, path: string): Error {
    return engineError(error, { address: this.#engine.address, operation: `${verb} ${path} of ${this.#place.name}` });
  }
}

async function* packed(
  members: AsyncIterable<LocalMember>,
  options: Parameters<typeof packMembers>[1],
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* packMembers(members, options);
  yield archiveEnd;
}

async function* counted(
  members: AsyncIterable<LocalMember>,
  count: { directories: number; links: number },
): AsyncGenerator<LocalMember, void, undefined> {
  for await (const member of members) {
    if (member.type === 'directory') count.directories += 1;
    if (member.type === 'symlink') count.links += 1;
    yield member;
  }
}

/** The same, telling of an error before http makes one of its own of it. */
async function* remembering(
  source: AsyncIterable<Uint8Array>,
  onError: (error: unknown) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* source;
  } catch (error) {
    onError(error);
    throw error;
  }
}
