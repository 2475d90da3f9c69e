/** Zip files as SWE-ReX sends them, both ways. */
export { extractZip } from './extract-zip.ts';
export { makeZip } from './make-zip.ts';
