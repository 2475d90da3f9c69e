import type { FileChange, FileSystem } from '../files/file-system.ts';

/** A file system that is found at its first use. */
export class DeferredFiles implements FileSystem {
  readonly #find: () => Promise<FileSystem>;

  constructor(find: () => Promise<FileSystem>) {
    this.#find = find;
  }

  readBytes: FileSystem['readBytes'] = async (...call) => (await this.#find()).readBytes(...call);
  readText: FileSystem['readText'] = async (...call) => (await this.#find()).readText(...call);
  write: FileSystem['write'] = async (...call) => (await this.#find()).write(...call);
  append: FileSystem['append'] = async (...call) => (await this.#find()).append(...call);
  stat: FileSystem['stat'] = async (...call) => (await this.#find()).stat(...call);
  list: FileSystem['list'] = async (...call) => (await this.#find()).list(...call);
  exists: FileSystem['exists'] = async (...call) => (await this.#find()).exists(...call);
  mkdir: FileSystem['mkdir'] = async (...call) => (await this.#find()).mkdir(...call);
  remove: FileSystem['remove'] = async (...call) => (await this.#find()).remove(...call);
  rename: FileSystem['rename'] = async (...call) => (await this.#find()).rename(...call);
  chmod: FileSystem['chmod'] = async (...call) => (await this.#find()).chmod(...call);
  upload: FileSystem['upload'] = async (...call) => (await this.#find()).upload(...call);
  download: FileSystem['download'] = async (...call) => (await this.#find()).download(...call);

  async *readStream(...call: Parameters<FileSystem['readStream']>): AsyncGenerator<Uint8Array> {
    yield* (await this.#find()).readStream(...call);
  }

  async *watch(...call: Parameters<FileSystem['watch']>): AsyncGenerator<FileChange> {
    yield* (await this.#find()).watch(...call);
  }
}
