/** Directories and files as tar streams, both ways. */
export { packTree } from './pack-tree.ts';
export { unpackTree } from './unpack-tree.ts';
