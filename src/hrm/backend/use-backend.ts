import { RexError } from '../../core/errors.ts';
import { type BackendName, backendOrder, backendPackages } from './backend-names.ts';
import { requirePackage } from './core.ts';
import { classifyLoadFailure, type LoadFailure } from './load-failure.ts';
import { activateNative, type ImportPackage } from './native-backend.ts';
import { startEngine } from './start-engine.ts';
import { tf } from './tensorflow.ts';
import { activateWasm } from './wasm-backend.ts';
import { activateWebgpu } from './webgpu-backend.ts';

/** Which backend runs, and why not a faster one. */
export interface BackendReport {
  /** The backend that runs. */
  readonly name: BackendName;
  /** Its name inside TensorFlow.js. */
  readonly engine: string;
  /** What it computes on. */
  readonly device: string;
  /** Faster backends that were tried first, with the reason why each does not run. */
  readonly rejected: readonly (LoadFailure & { readonly name: BackendName })[];
  /** A sentence for the user when the choice is a slow one. */
  readonly warning?: string;
}

/** Options of {@link useBackend}. */
export interface UseBackendOptions {
  /** Loads a package by name; the default is the package's own `require()` or `import()`. */
  readonly importPackage?: ImportPackage;
  /** Accept a software WebGPU adapter; the default is to accept one only when WebGPU is asked for by name. */
  readonly allowSoftware?: boolean;
  /** Threads of wasm, 1 to 8; the default is the environment variable `HRM_REX_WASM_THREADS`, else 1. */
  readonly threads?: number;
}

/**
 * Starts the backend that runs all tensors of this process: the fastest that loads (`auto`, in the order node-gpu, node,
 * webgpu, wasm, cpu), or the one that is named. The environment variable `HRM_REX_BACKEND` replaces `auto`.
 *
 * @throws RexError `DEPENDENCY_MISSING` when a named backend's package is missing or not built, with the install command;
 * `BACKEND_FAILED` when it is there but does not start, or wasm runs already with another number of threads; `INVALID_ARGUMENT`
 * for an unknown name or number of threads.
 */
export async function useBackend(
  choice: BackendName | 'auto' = 'auto',
  options: UseBackendOptions = {},
): Promise<BackendReport> {
  const wanted = choice === 'auto' ? (process.env.HRM_REX_BACKEND ?? 'auto') : choice;
  if (wanted !== 'auto' && !backendOrder.includes(wanted as BackendName)) {
    throw new RexError('INVALID_ARGUMENT', `backend: expected auto, ${backendOrder.join(', ')}, got "${wanted}"`, {
      argument: 'backend',
      expected: `auto, ${backendOrder.join(', ')}`,
      received: wanted,
    });
  }
  if (wanted !== 'auto') return activateNamed(wanted as BackendName, options);
  const rejected: (LoadFailure & { name: BackendName })[] = [];
  for (const name of backendOrder) {
    try {
      return { ...(await activate(name, { allowSoftware: false, ...options })), rejected, ...slowness(name) };
    } catch (error) {
      if (error instanceof RexError) throw error;
      rejected.push({ name, ...classifyLoadFailure(error) });
    }
  }
  throw new RexError(
    'BACKEND_FAILED',
    `no backend starts: ${rejected.map(({ name, reason }) => `${name}: ${reason}`).join('; ')}`,
    {
      backend: 'auto',
      reason: rejected.map(({ name, reason }) => `${name}: ${reason}`).join('; '),
    },
  );
}

/** The report of a backend that was asked for by name, or the error that says how to get it. */
async function activateNamed(name: BackendName, options: UseBackendOptions): Promise<BackendReport> {
  try {
    return { ...(await activate(name, { allowSoftware: true, ...options })), rejected: [] };
  } catch (error) {
    if (error instanceof RexError) throw error;
    const { kind, reason } = classifyLoadFailure(error);
    if (kind === 'other') {
      throw new RexError(
        'BACKEND_FAILED',
        `backend ${name} does not start: ${reason}`,
        { backend: name, reason },
        { cause: error },
      );
    }
    const { load, install } = backendPackages[name];
    const dependency = load.join(' and ');
    const repair = `npm install-scripts approve ${dependency} && npm rebuild`;
    throw new RexError(
      'DEPENDENCY_MISSING',
      kind === 'absent'
        ? `backend ${name} needs ${dependency}`
        : `${dependency} is installed, but its native addon does not load: ${reason}`,
      { dependency, install },
      { hint: kind === 'absent' ? `Run: ${install}` : `Run: ${repair} (or again: ${install})`, cause: error },
    );
  }
}

async function activate(
  name: BackendName,
  options: UseBackendOptions,
): Promise<Pick<BackendReport, 'name' | 'engine' | 'device'>> {
  const importPackage = options.importPackage ?? loadPackage;
  const specifier = backendPackages[name].load[0] as string;
  switch (name) {
    case 'node-gpu':
    case 'node':
      return { name, engine: 'tensorflow', device: await activateNative(specifier, importPackage) };
    case 'webgpu':
      return { name, engine: 'webgpu', device: await activateWebgpu(importPackage, options.allowSoftware ?? false) };
    case 'wasm':
      return { name, engine: name, device: await activateWasm(importPackage, options.threads) };
    default:
      await importPackage(specifier);
      await startEngine(name);
      // The report tells what a console greeting of the cpu backend would.
      (tf.backend() as { firstUse?: boolean }).firstUse = false;
      return { name, engine: name, device: 'JavaScript' };
  }
}

/** What comes with TensorFlow.js is CommonJS; other packages may be modules. */
async function loadPackage(specifier: string): Promise<unknown> {
  return specifier.startsWith('@tensorflow/') ? requirePackage(specifier) : import(specifier);
}

function slowness(name: BackendName): { warning?: string } {
  if (name !== 'cpu') return {};
  return {
    warning:
      'The cpu backend is about 200 times slower than PyTorch; wasm needs no native code and is 30 times faster.',
  };
}
