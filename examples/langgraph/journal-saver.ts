import type { RunnableConfig } from '@langchain/core/runnables';
import {
  BaseCheckpointSaver,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointListOptions,
  type CheckpointMetadata,
  type CheckpointTuple,
  compareWritesSortKeys,
  copyCheckpoint,
  getCheckpointId,
  maxChannelVersion,
  type PendingWrite,
  TASKS,
  WRITES_IDX_MAP,
  writesSortKey,
} from '@langchain/langgraph-checkpoint';
import type { Journal } from 'hrm-rex/orchestration';

/** A value as the serialiser wrote it. */
interface Packed {
  readonly type: string;
  readonly base64: string;
}

/** One write of a task, with its place among those of the task. */
interface SavedWrite {
  readonly task: string;
  readonly path: string;
  readonly index: number;
  readonly channel: string;
  readonly value: Packed;
}

interface Saved {
  readonly thread: string;
  readonly namespace: string;
  readonly id: string;
  readonly parent?: string | undefined;
  /** Without its channel values. */
  readonly checkpoint: Packed;
  /** Channel values that are new. */
  readonly values: readonly { readonly channel: string; readonly version: string | number; readonly value: Packed }[];
  readonly metadata: Packed;
}

interface SavedWrites {
  readonly thread: string;
  readonly namespace: string;
  readonly id: string;
  readonly writes: readonly SavedWrite[];
}

/**
 * Keeps LangGraph's checkpoints as events of a journal: what a graph did survives the process, also a crash in the middle
 * of a write. Everything is read once, when it is opened; a deleted thread stays in the journal's audit trail.
 */
export class JournalSaver extends BaseCheckpointSaver {
  readonly #journal: Journal;
  readonly #stream: string;
  /** By thread, namespace and checkpoint. */
  readonly #saved = new Map<string, Saved>();
  readonly #writes = new Map<string, Map<string, SavedWrite>>();
  /** By thread, namespace, channel and version; checkpoints share what has not changed. */
  readonly #values = new Map<string, Packed>();

  private constructor(journal: Journal, stream: string) {
    super();
    this.#journal = journal;
    this.#stream = stream;
  }

  /** Reads what the stream has and goes on from there. */
  static async open(journal: Journal, stream = 'checkpoints'): Promise<JournalSaver> {
    const saver = new JournalSaver(journal, stream);
    for await (const { type, data } of journal.read(stream)) saver.#apply(type, data);
    return saver;
  }

  async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const { thread, namespace } = placeOf(config);
    if (thread === undefined) return undefined;
    const id = getCheckpointId(config) || this.#newestFirst({ thread, namespace })[0]?.id;
    const saved = id === undefined ? undefined : this.#saved.get(keyOf({ thread, namespace, id }));
    return saved && (await this.#toTuple(saved));
  }

  async *list(config: RunnableConfig, options: CheckpointListOptions = {}): AsyncGenerator<CheckpointTuple> {
    const { before, filter = {} } = options;
    const wanted = config.configurable ?? {};
    const end = before?.configurable?.checkpoint_id as string | undefined;
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    const place = { thread: wanted.thread_id || undefined, namespace: wanted.checkpoint_ns };
    for (const saved of this.#newestFirst(place)) {
      if (left <= 0) return;
      if (wanted.checkpoint_id && saved.id !== wanted.checkpoint_id) continue;
      if (end && saved.id >= end) continue;
      const tuple = await this.#toTuple(saved);
      const metadata: Readonly<Record<string, unknown>> = { ...tuple.metadata };
      if (!Object.entries(filter).every(([key, value]) => metadata[key] === value)) continue;
      left -= 1;
      yield tuple;
    }
  }

  async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    const { thread, namespace } = placeOf(config);
    if (thread === undefined) throw new Error('put: the config has no "thread_id"');
    const { channel_values: values, ...rest } = copyCheckpoint(checkpoint);
    const changed = Object.entries(newVersions).filter(([channel]) => channel in values);
    const packed = changed.map(async ([channel, version]) => ({
      channel,
      version,
      value: await this.#pack(values[channel]),
    }));
    const data: Saved = {
      thread,
      namespace,
      id: checkpoint.id,
      parent: config.configurable?.checkpoint_id,
      checkpoint: await this.#pack(rest),
      values: await Promise.all(packed),
      metadata: await this.#pack(metadata),
    };
    await this.#append('checkpoint', data);
    return configOf(data);
  }

  async putWrites(config: RunnableConfig, writes: PendingWrite[], task: string, path = ''): Promise<void> {
    const { thread, namespace } = placeOf(config);
    const id = config.configurable?.checkpoint_id;
    if (thread === undefined || id === undefined)
      throw new Error('putWrites: the config has no "thread_id" or "checkpoint_id"');
    const saved = writes.map(async ([channel, value], position): Promise<SavedWrite> => {
      const index = WRITES_IDX_MAP[channel] ?? position;
      return { task, path, index, channel, value: await this.#pack(value) };
    });
    const data: SavedWrites = { thread, namespace, id, writes: await Promise.all(saved) };
    await this.#append('writes', data);
  }

  async deleteThread(thread: string): Promise<void> {
    await this.#append('thread-deleted', { thread });
  }

  /** Makes it durable first, then visible. */
  async #append(type: string, data: object): Promise<void> {
    await this.#journal.append(this.#stream, [{ type, at: Date.now(), data }]);
    this.#apply(type, data);
  }

  #apply(type: string, data: unknown): void {
    switch (type) {
      case 'checkpoint': {
        const saved = data as Saved;
        this.#saved.set(keyOf(saved), saved);
        for (const { channel, version, value } of saved.values)
          this.#values.set(valueKey(saved, channel, version), value);
        break;
      }
      case 'writes': {
        const key = keyOf(data as SavedWrites);
        const known = this.#writes.get(key) ?? new Map<string, SavedWrite>();
        for (const write of (data as SavedWrites).writes) {
          const name = JSON.stringify([write.task, write.index]);
          // A task that runs again writes what it wrote before; only errors and the like are replaced.
          if (write.index < 0 || !known.has(name)) known.set(name, write);
        }
        this.#writes.set(key, known);
        break;
      }
      case 'thread-deleted': {
        const isOfThread = (key: string) => JSON.parse(key)[0] === (data as { readonly thread: string }).thread;
        for (const kept of [this.#saved, this.#writes, this.#values])
          for (const key of kept.keys()) if (isOfThread(key)) kept.delete(key);
        break;
      }
    }
  }

  #newestFirst(place: { readonly thread?: string | undefined; readonly namespace?: string | undefined }): Saved[] {
    const matching = [...this.#saved.values()].filter(
      ({ thread, namespace }) =>
        (place.thread === undefined || thread === place.thread) &&
        (place.namespace === undefined || namespace === place.namespace),
    );
    return matching.sort((left, right) => (left.id < right.id ? 1 : -1));
  }

  async #toTuple(saved: Saved): Promise<CheckpointTuple> {
    const rest = (await this.#unpack(saved.checkpoint)) as Omit<Checkpoint, 'channel_values'>;
    const checkpoint: Checkpoint = { ...rest, channel_values: await this.#valuesOf(saved, rest.channel_versions) };
    if (checkpoint.v < 4 && saved.parent !== undefined) await this.#addPendingSends(checkpoint, saved);
    const pending = this.#ordered(saved).map(async ({ task, channel, value }) => [
      task,
      channel,
      await this.#unpack(value),
    ]);
    return {
      config: configOf(saved),
      checkpoint,
      metadata: (await this.#unpack(saved.metadata)) as CheckpointMetadata,
      pendingWrites: (await Promise.all(pending)) as [string, string, unknown][],
      ...(saved.parent !== undefined && { parentConfig: configOf({ ...saved, id: saved.parent }) }),
    };
  }

  async #valuesOf(saved: Saved, versions: ChannelVersions): Promise<Record<string, unknown>> {
    const found = Object.entries(versions).map(async ([channel, version]) => {
      const value = this.#values.get(valueKey(saved, channel, version));
      return value ? [[channel, await this.#unpack(value)] as const] : [];
    });
    return Object.fromEntries((await Promise.all(found)).flat());
  }

  /** Old checkpoints have their sends among the writes of the checkpoint before. */
  async #addPendingSends(checkpoint: Checkpoint, { thread, namespace, parent = '' }: Saved): Promise<void> {
    const sends = this.#ordered({ thread, namespace, id: parent }).filter(({ channel }) => channel === TASKS);
    checkpoint.channel_values[TASKS] = await Promise.all(sends.map(({ value }) => this.#unpack(value)));
    const versions = Object.values(checkpoint.channel_versions);
    checkpoint.channel_versions[TASKS] =
      versions.length > 0 ? maxChannelVersion(...versions) : this.getNextVersion(undefined);
  }

  #ordered(of: Pick<Saved, 'thread' | 'namespace' | 'id'>): SavedWrite[] {
    const keyed = [...(this.#writes.get(keyOf(of))?.values() ?? [])].map((write) => ({
      key: writesSortKey(write.path, write.task, write.index),
      write,
    }));
    return keyed.sort((left, right) => compareWritesSortKeys(left.key, right.key)).map(({ write }) => write);
  }

  async #pack(value: unknown): Promise<Packed> {
    const [type, bytes] = await this.serde.dumpsTyped(value);
    return { type, base64: Buffer.from(bytes).toString('base64') };
  }

  async #unpack({ type, base64 }: Packed): Promise<unknown> {
    return await this.serde.loadsTyped(type, Buffer.from(base64, 'base64'));
  }
}

function placeOf({ configurable = {} }: RunnableConfig): { thread: string | undefined; namespace: string } {
  return { thread: configurable.thread_id, namespace: configurable.checkpoint_ns ?? '' };
}

function configOf({ thread, namespace, id }: Pick<Saved, 'thread' | 'namespace' | 'id'>): RunnableConfig {
  return { configurable: { thread_id: thread, checkpoint_ns: namespace, checkpoint_id: id } };
}

function keyOf({ thread, namespace, id }: Pick<Saved, 'thread' | 'namespace' | 'id'>): string {
  return JSON.stringify([thread, namespace, id]);
}

function valueKey({ thread, namespace }: Saved, channel: string, version: string | number): string {
  return JSON.stringify([thread, namespace, channel, version]);
}
