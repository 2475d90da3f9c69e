import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** One measured figure and what it is held against. */
export interface Row {
  /** What was done. */
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** Figure of the reference measured in the same run. */
  readonly reference?: number;
  /** What the reference is. */
  readonly against?: string;
  /** The target: this many units at most (or at least, for rates), or this ratio to the reference. */
  readonly target?: { readonly most?: number; readonly least?: number; readonly ratio?: number };
}

/** Times of `count` calls in milliseconds, after a tenth as many warm-up calls. */
export async function times(count: number, call: () => Promise<unknown>): Promise<number[]> {
  for (let index = 0; index < Math.ceil(count / 10); index++) await call();
  const found: number[] = [];
  for (let index = 0; index < count; index++) {
    const startedAt = performance.now();
    await call();
    found.push(performance.now() - startedAt);
  }
  return found;
}

/** Two calls in turn, A B A B …, so that both see the same machine. */
export async function paired(
  count: number,
  a: () => Promise<unknown>,
  b: () => Promise<unknown>,
): Promise<[a: number[], b: number[]]> {
  const foundA: number[] = [];
  const foundB: number[] = [];
  for (let index = -Math.ceil(count / 10); index < count; index++) {
    const start = performance.now();
    await a();
    const middle = performance.now();
    await b();
    if (index < 0) continue;
    foundA.push(middle - start);
    foundB.push(performance.now() - middle);
  }
  return [foundA, foundB];
}

/** Middle value. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Value below which a share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number;
}

/** Milliseconds that one call takes. */
export async function once(call: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await call();
  return performance.now() - startedAt;
}

/** Prints the rows as a Markdown table; with `--json FILE` among the arguments, writes them there too. */
export function report(title: string, rows: readonly Row[]): void {
  const machine = `${cpus().length} cores, Node ${process.versions.node}`;
  console.log(`\n### ${title} (${machine})\n`);
  console.log('| what | measured | reference in the same run | ratio | target | reached |');
  console.log('|---|---|---|---|---|---|');
  for (const row of rows) console.log(`| ${cells(row).join(' | ')} |`);
  const at = process.argv.indexOf('--json');
  const file = process.argv[at + 1];
  if (at !== -1 && file) writeFileSync(file, `${JSON.stringify({ title, machine, rows }, null, 2)}\n`);
}

function cells(row: Row): string[] {
  const ratio = row.reference === undefined ? undefined : row.value / row.reference;
  const { most, least, ratio: mostRatio } = row.target ?? {};
  const targets = [
    ...(most === undefined ? [] : [`≤ ${most} ${row.unit}`]),
    ...(least === undefined ? [] : [`≥ ${least} ${row.unit}`]),
    ...(mostRatio === undefined ? [] : [`≤ ${mostRatio}x`]),
  ];
  const reached =
    (most === undefined || row.value <= most) &&
    (least === undefined || row.value >= least) &&
    (mostRatio === undefined || (ratio !== undefined && ratio <= mostRatio));
  return [
    row.what,
    `${digits(row.value)} ${row.unit}`,
    row.reference === undefined ? '' : `${digits(row.reference)} ${row.unit} (${row.against})`,
    ratio === undefined ? '' : `${digits(ratio)}x`,
    targets.join(' and '),
    targets.length === 0 ? '' : reached ? 'yes' : 'no',
  ];
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
