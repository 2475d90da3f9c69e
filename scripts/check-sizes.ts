// Checks that source files stay small: median, ninth decile and maximum of their line counts.
import { readFileSync } from 'node:fs';
import { listFiles } from './list-files.ts';

const LIMITS = { median: 80, p90: 250, max: 400 };

const sizes = listFiles('src', /\.ts$/)
  .map((path) => ({ path, lines: readFileSync(path, 'utf8').trimEnd().split('\n').length }))
  .sort((a, b) => a.lines - b.lines);
const figures = { median: linesAt(0.5), p90: linesAt(0.9), max: linesAt(1) };
const total = sizes.reduce((sum, { lines }) => sum + lines, 0);
console.log(
  `sizes: ${sizes.length} files, ${total} lines; median ${figures.median} (limit ${LIMITS.median}), ` +
    `p90 ${figures.p90} (limit ${LIMITS.p90}), max ${figures.max} (limit ${LIMITS.max})`,
);
for (const { path, lines } of sizes.slice(-3).reverse()) console.log(`  ${lines} ${path}`);
for (const { path, lines } of sizes)
  if (lines > LIMITS.max) console.error(`${path} has ${lines} lines, over ${LIMITS.max}`);
if (figures.median > LIMITS.median || figures.p90 > LIMITS.p90 || figures.max > LIMITS.max) {
  console.error('sizes: over the limit');
  process.exitCode = 1;
}

/** Nearest-rank quantile: the smallest size that at least this share of the files does not exceed. */
function linesAt(share: number): number {
  return sizes[Math.max(0, Math.ceil(share * sizes.length) - 1)]?.lines ?? 0;
}
