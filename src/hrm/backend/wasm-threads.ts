import { createRequire } from 'node:module';
import type os from 'node:os';
import type workers from 'node:worker_threads';
import { invalidArgument } from '../../core/errors.ts';
import { tf } from './tensorflow.ts';

/** Workers that the threaded engine starts, and so the most threads. */
const MOST_THREADS = 8;

const require = createRequire(import.meta.url);
const engineFolder = '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd';

/** The threads to start wasm with: the given number, else the environment variable `HRM_REX_WASM_THREADS`, else 1. */
export function chooseThreads(given: number | undefined): number {
  const threads = given ?? Number(process.env.HRM_REX_WASM_THREADS || 1);
  if (Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS) return threads;
  throw invalidArgument(
    'threads',
    `a whole number from 1 to ${MOST_THREADS}`,
    given ?? process.env.HRM_REX_WASM_THREADS,
  );
}

/**
 * Starts wasm with several threads. TensorFlow.js has them switched off in Node, because the engine names its workers' code
 * by blob URLs, which Node's workers do not open (tensorflow/tfjs issue 3830); while it starts, it is given workers that do.
 */
export async function withThreads(
  threads: number,
  { setThreadsCount }: WasmPackage,
  start: () => Promise<void>,
): Promise<void> {
  const [workerThreads, system] = [require('node:worker_threads') as typeof workers, require('node:os') as typeof os];
  const [{ Worker }, { cpus }] = [workerThreads, system];
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', true);
  setThreadsCount(threads);
  try {
    Object.assign(workerThreads, { Worker: engineWorker(Worker) });
    // The engine takes half as many threads as there are processors, at most.
    Object.assign(system, { cpus: () => Array.from({ length: 2 * threads }, () => cpus()[0]) });
    await start();
  } finally {
    Object.assign(workerThreads, { Worker });
    Object.assign(system, { cpus });
  }
}

/** What this package uses of `@tensorflow/tfjs-backend-wasm`. */
export interface WasmPackage {
  setThreadsCount(threads: number): void;
  getThreadsCount(): number;
}

/** Node's worker, which for a blob URL runs the engine's code from its file, and never holds the process. */
function engineWorker(Worker: typeof workers.Worker): typeof workers.Worker {
  const { wasmWorkerContents } = require(`${engineFolder}.worker.js`) as { wasmWorkerContents: string };
  // The package keeps the text in a template, which has turned the code's `\n` into line breaks.
  const code = wasmWorkerContents.replaceAll('\n', '\\n');
  const script = require.resolve(`${engineFolder}.js`);
  return class extends Worker {
    readonly #isEngines: boolean;

    constructor(file: string | URL, options?: workers.WorkerOptions) {
      const isEngines = String(file).startsWith('blob:');
      super(isEngines ? code : file, isEngines ? { eval: true } : options);
      this.#isEngines = isEngines;
    }

    override ref(): void {
      if (!this.#isEngines) super.ref();
    }

    override postMessage(message: unknown, transfer?: readonly workers.TransferListItem[]): void {
      const isLoad = this.#isEngines && (message as { cmd?: string }).cmd === 'load';
      super.postMessage(isLoad ? { ...(message as object), urlOrBlob: script } : message, transfer);
    }
  };
}
