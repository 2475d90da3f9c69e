import type { FileSystem } from './file-system.ts';

/** The same files, where every operation first calls `check` with its name; what that throws, the operation rejects with. */
export function guardFiles(files: FileSystem, check: (operation: string) => void): FileSystem {
  const guarded =
    <Args extends unknown[], Result>(operation: string, call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      check(operation);
      return await call(...args);
    };
  const streamed = <Args extends unknown[], Item>(operation: string, call: (...args: Args) => AsyncIterable<Item>) =>
    async function* (...args: Args): AsyncGenerator<Item> {
      check(operation);
      yield* call(...args);
    };
  return {
    readBytes: guarded('files.readBytes', files.readBytes.bind(files)),
    readText: guarded('files.readText', files.readText.bind(files)),
    readStream: streamed('files.readStream', files.readStream.bind(files)),
    write: guarded('files.write', files.write.bind(files)),
    append: guarded('files.append', files.append.bind(files)),
    stat: guarded('files.stat', files.stat.bind(files)),
    list: guarded('files.list', files.list.bind(files)),
    exists: guarded('files.exists', files.exists.bind(files)),
    mkdir: guarded('files.mkdir', files.mkdir.bind(files)),
    remove: guarded('files.remove', files.remove.bind(files)),
    rename: guarded('files.rename', files.rename.bind(files)),
    chmod: guarded('files.chmod', files.chmod.bind(files)),
    watch: streamed('files.watch', files.watch.bind(files)),
    upload: guarded('files.upload', files.upload.bind(files)),
    download: guarded('files.download', files.download.bind(files)),
  };
}
