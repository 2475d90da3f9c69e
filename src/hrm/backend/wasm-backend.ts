import { RexError } from '../../core/errors.ts';
import type { ImportPackage } from './native-backend.ts';
import { startEngine } from './start-engine.ts';
import { tf } from './tensorflow.ts';
import { addWasmKernels } from './wasm-kernels.ts';
import { chooseThreads, type WasmPackage, withThreads } from './wasm-threads.ts';

/** Starts wasm, or takes the one that runs: its number of threads is chosen once for a process. */
export async function activateWasm(importPackage: ImportPackage, threads: number | undefined): Promise<string> {
  const wanted = chooseThreads(threads);
  const wasm = (await importPackage('@tensorflow/tfjs-backend-wasm')) as WasmPackage;
  const isNew = !tf.findBackend('wasm');
  const start = () => startEngine('wasm');
  await keepingErrorListeners(isNew && wanted > 1 ? () => withThreads(wanted, wasm, start) : start);
  addWasmKernels();
  const running = wasm.getThreadsCount();
  if (threads !== undefined && running !== threads) {
    throw new RexError(
      'BACKEND_FAILED',
      `backend wasm runs with ${running} of ${threads} threads`,
      { backend: 'wasm', reason: `it runs with ${running} of ${threads} threads` },
      { hint: 'Choose the threads of wasm before anything else starts it: their number stays.' },
    );
  }
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return `WebAssembly${simd ? ' SIMD' : ''}${running > 1 ? `, ${running} threads` : ''}`;
}

/**
 * Takes away what wasm's loader hangs on the process: listeners that throw every uncaught error again, so that Node prints the
 * loader's whole source above it.
 */
async function keepingErrorListeners(start: () => Promise<void>): Promise<void> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => new Set(process.listeners(event as 'uncaughtException')));
  try {
    await start();
  } finally {
    events.forEach((event, index) => {
      for (const listener of process.listeners(event as 'uncaughtException')) {
        if (!before[index]?.has(listener) && /throw (ex|reason)/.test(String(listener))) process.off(event, listener);
      }
    });
  }
}
