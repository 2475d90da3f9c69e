/** Directories and files as tar streams, both ways. */
export { type PackTreeOptions, packTree } from './pack-tree.ts';
export { type UnpackTreeOptions, unpackTree } from './unpack-tree.ts';
