/** What every member of a tree has. */
interface Member {
  /** Path below the top, parts joined by `/`; empty for the top itself. */
  readonly path: string;
  /** Name that a top which is no directory takes inside a target that is one. */
  readonly ownName?: string;
}

/** A directory of a tree. */
export interface DirectoryMember extends Member {
  readonly type: 'directory';
  readonly mode?: number;
  readonly modifiedMs?: number;
}

/** A regular file of a tree. */
export interface FileMember extends Member {
  readonly type: 'file';
  readonly mode?: number;
  readonly modifiedMs?: number;
  readonly content: Uint8Array | AsyncIterable<Uint8Array> | LocalContent;
}

/** A symbolic link of a tree; its target is any text. */
export interface LinkMember extends Member {
  readonly type: 'symlink';
  readonly target: string;
  readonly modifiedMs?: number;
}

/** A second name of a file that came before in the same tree. */
export interface SameFileMember extends Member {
  readonly type: 'same-file';
  /** Path of the first name below the top. */
  readonly original: string;
}

/** Content that lies in a local file. */
export interface LocalContent {
  readonly localPath: string;
  readonly sizeBytes: number;
}

/** One member of a tree on its way from one place to another. A mode or time that is absent is left to the target. */
export type TreeMember = DirectoryMember | FileMember | LinkMember | SameFileMember;

/** The permission bits that travel: set-id and sticky bits do not. */
export const carriedModeBits = 0o777;
