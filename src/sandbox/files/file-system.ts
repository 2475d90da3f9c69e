/** What a path names. */
export type FileType = 'file' | 'directory' | 'symlink' | 'other';

/** Facts about a path; a symbolic link is described itself, not what it points to. */
export interface FileInfo {
  readonly path: string;
  readonly name: string;
  readonly type: FileType;
  readonly sizeBytes: number;
  /** Permission bits, for example 0o644. */
  readonly mode: number;
  readonly modifiedAt: Date;
  /** Target of a symbolic link. */
  readonly target?: string;
}

/** Part of a file in bytes: `start` inclusive, `end` exclusive. */
export interface ByteRange {
  readonly start?: number;
  readonly end?: number;
}

/** How text is read. */
export interface ReadTextOptions extends ByteRange {
  /** Any label of the Encoding Standard. Default `utf-8`. */
  readonly encoding?: string;
  /**
   * What happens to bytes that are no text: `strict` throws FILE_NOT_TEXT, `replace` gives U+FFFD, `ignore` drops them,
   * `backslashreplace` gives `\xff`. Default `strict`.
   */
  readonly errors?: 'strict' | 'replace' | 'ignore' | 'backslashreplace';
  readonly signal?: AbortSignal;
}

/** How a file is written. */
export interface WriteOptions {
  /** Permission bits of a new file. Default 0o666 less the umask. */
  readonly mode?: number;
  /** Makes missing parent directories. Default true. */
  readonly parents?: boolean;
  readonly signal?: AbortSignal;
}

/** What can be written. */
export type FileContent = string | Uint8Array | AsyncIterable<Uint8Array | string> | ReadableStream<Uint8Array>;

/**
 * How files and directories are carried over. Modes, symbolic links, modification times and empty directories are kept.
 *
 * A file source names its target exactly (a target that is a directory: the file goes inside it, under its own name).
 * A directory source becomes the target directory: missing parents are made; into an existing directory it merges, a
 * file replaces a file or link of the same name, and where one side has a directory and the other a file the call
 * fails with FILE_EXISTS before anything of that name is touched. Nothing is ever removed.
 */
export interface TransferOptions {
  /** Follows symbolic links instead of copying them. Default false. */
  readonly followLinks?: boolean;
  readonly signal?: AbortSignal;
  /** Called with the bytes carried so far. */
  readonly onProgress?: (progress: { readonly bytes: number; readonly files: number }) => void;
}

/** What a transfer carried. */
export interface TransferResult {
  readonly files: number;
  readonly directories: number;
  readonly links: number;
  readonly bytes: number;
}

/** One change under a watched path. */
export interface FileChange {
  readonly type: 'created' | 'changed' | 'removed';
  readonly path: string;
}

/**
 * Files of a target, in the manner of `node:fs/promises`. Errors are typed: FILE_NOT_FOUND, FILE_EXISTS,
 * PERMISSION_DENIED, IS_DIRECTORY, NOT_DIRECTORY, DIRECTORY_NOT_EMPTY, DISK_FULL, FILE_ERROR; PATH_ESCAPE where a root is
 * set. Relative paths start at the runtime's working directory (or the root).
 */
export interface FileSystem {
  /** Bytes of a file, or of a range of it. */
  readBytes(path: string, options?: ByteRange & { readonly signal?: AbortSignal }): Promise<Uint8Array>;
  /** Text of a file. @throws FILE_NOT_TEXT with the first bad byte's position when `errors` is `strict`. */
  readText(path: string, options?: ReadTextOptions): Promise<string>;
  /** Bytes as a stream in chunks of at most 64 KiB: memory stays constant whatever the size. */
  readStream(path: string, options?: ByteRange & { readonly signal?: AbortSignal }): AsyncIterable<Uint8Array>;
  /** Replaces or creates a file; with a stream, memory stays constant. */
  write(path: string, content: FileContent, options?: WriteOptions): Promise<void>;
  /** Adds to the end, creating the file. */
  append(path: string, content: FileContent, options?: WriteOptions): Promise<void>;
  stat(path: string): Promise<FileInfo>;
  /** Entries by name, sorted; `recursive` lists everything below, depth first, without following links. */
  list(path: string, options?: { readonly recursive?: boolean; readonly signal?: AbortSignal }): Promise<FileInfo[]>;
  /** Whether there is something at the path; a link counts, wherever it leads. */
  exists(path: string): Promise<boolean>;
  /** Makes a directory; `parents` (default true) makes the missing ones above and accepts an existing one. */
  mkdir(path: string, options?: { readonly parents?: boolean; readonly mode?: number }): Promise<void>;
  /** Removes a file, link or directory; `recursive` (default false) with all below it; `missing: 'ignore'` accepts absence. */
  remove(
    path: string,
    options?: { readonly recursive?: boolean; readonly missing?: 'error' | 'ignore' },
  ): Promise<void>;
  /** Moves within the target; replaces a file, never a directory that is not empty. */
  rename(from: string, to: string): Promise<void>;
  /** Sets permission bits. */
  chmod(path: string, mode: number): Promise<void>;
  /** Changes below a path from now on, until aborted or the loop ends; `recursive` (default true) in all directories below. */
  watch(
    path: string,
    options?: { readonly recursive?: boolean; readonly signal?: AbortSignal },
  ): AsyncIterable<FileChange>;
  /** Carries a local file or directory into the target. */
  upload(localPath: string, targetPath: string, options?: TransferOptions): Promise<TransferResult>;
  /** Carries a file or directory of the target here; the same rules the other way. */
  download(targetPath: string, localPath: string, options?: TransferOptions): Promise<TransferResult>;
}
