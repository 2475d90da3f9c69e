// Takes one step of a small model on wasm with the number of threads given, and prints a digest of what came out.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import os from 'node:os';
import { Worker } from 'node:worker_threads';
import { createModel, initialCarry, stepModel, useBackend } from 'hrm-rex/hrm';

const threads = process.argv[2] ? Number(process.argv[2]) : undefined;
const processors = os.cpus().length;
const { device } = await useBackend('wasm', threads === undefined ? {} : { threads });
const model = createModel({ sequenceLength: 40, vocabularySize: 7, hiddenSize: 128, headCount: 2 });
const inputs = Int32Array.from({ length: 160 }, (_, index) => 1 + (index % 6));
const batch = { size: 4, inputs, labels: inputs, puzzleIdentifiers: new Int32Array(4) };
const { logits } = await stepModel(model, initialCarry(model, 4), batch);
const digest = createHash('sha256')
  .update(new Uint8Array((await logits.data()).buffer))
  .digest('hex');
const other = await useBackend('wasm', { threads: 4 }).then(
  () => 'taken',
  (error: { code: string }) => error.code,
);
const isWorkerNodes = (createRequire(import.meta.url)('node:worker_threads') as { Worker: unknown }).Worker === Worker;
const again = (await useBackend('wasm')).device;
console.log(
  JSON.stringify({ device, digest, other, again, isWorkerNodes, processors: [processors, os.cpus().length] }),
);
