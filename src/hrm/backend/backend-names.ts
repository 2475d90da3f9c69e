/** A backend that runs the model, fastest first. */
export type BackendName = 'node-gpu' | 'node' | 'webgpu' | 'wasm' | 'cpu';

/** The order in which `useBackend('auto')` tries them. */
export const backendOrder: readonly BackendName[] = ['node-gpu', 'node', 'webgpu', 'wasm', 'cpu'];

/** The one version of every TensorFlow.js package: two cores in a process would be two engines. */
export const tensorflowVersion = '4.22.0' as const;

/** Packages that each backend loads, and the command that installs them. */
export const backendPackages: Readonly<
  Record<BackendName, { readonly load: readonly string[]; readonly install: string }>
> = {
  'node-gpu': {
    load: ['@tensorflow/tfjs-node-gpu'],
    install: `npm install @tensorflow/tfjs-node-gpu@${tensorflowVersion}`,
  },
  node: { load: ['@tensorflow/tfjs-node'], install: `npm install @tensorflow/tfjs-node@${tensorflowVersion}` },
  webgpu: {
    load: ['webgpu', '@tensorflow/tfjs-backend-webgpu'],
    install: `npm install webgpu @tensorflow/tfjs-backend-webgpu@${tensorflowVersion}`,
  },
  wasm: {
    load: ['@tensorflow/tfjs-backend-wasm'],
    install: `npm install @tensorflow/tfjs-backend-wasm@${tensorflowVersion}`,
  },
  cpu: {
    load: ['@tensorflow/tfjs-backend-cpu'],
    install: `npm install @tensorflow/tfjs-backend-cpu@${tensorflowVersion}`,
  },
};
