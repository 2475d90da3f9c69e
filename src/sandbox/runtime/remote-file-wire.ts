import type { FileInfo } from '../files/file-system.ts';

/** A {@link FileInfo} in JSON; the time in milliseconds since 1970. */
export type WireFileInfo = Omit<FileInfo, 'modifiedAt'> & { readonly modifiedAt: number };

/** Puts facts about a file into JSON. */
export function encodeFileInfo(info: FileInfo): WireFileInfo {
  return { ...info, modifiedAt: info.modifiedAt.getTime() };
}

/** The reverse of {@link encodeFileInfo}. */
export function decodeFileInfo(info: WireFileInfo): FileInfo {
  return { ...info, modifiedAt: new Date(info.modifiedAt) };
}
