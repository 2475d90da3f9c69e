import type { ImportPackage } from './native-backend.ts';
import { startEngine } from './start-engine.ts';

interface Adapter {
  readonly info?: { readonly vendor?: string; readonly architecture?: string; readonly description?: string };
}

interface WebgpuPackage {
  create(options: readonly string[]): { requestAdapter(): Promise<Adapter | null> };
  readonly globals: Record<string, unknown>;
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software/i;

/** One instance of Dawn for each copy of the package, kept for good: its devices do not survive its collection. */
const instances = new WeakMap<WebgpuPackage, ReturnType<WebgpuPackage['create']>>();

/** Activates WebGPU through Dawn's Node binding and names the adapter; refuses software adapters unless allowed. */
export async function activateWebgpu(importPackage: ImportPackage, allowSoftware: boolean): Promise<string> {
  const webgpu = unwrap<WebgpuPackage>(await importPackage('webgpu'));
  Object.assign(globalThis, webgpu.globals);
  const instance = instances.get(webgpu) ?? webgpu.create([]);
  instances.set(webgpu, instance);
  const adapter = await instance.requestAdapter();
  if (!adapter) throw new Error('no Vulkan, Metal or Direct3D adapter was found');
  const { vendor = '', architecture = '', description = '' } = adapter.info ?? {};
  const device = [vendor, architecture, description].filter(Boolean).join(' ');
  if (SOFTWARE.test(device) && !allowSoftware) throw new Error(`the only adapter is a software one (${device})`);
  installNavigator(instance);
  await importPackage('@tensorflow/tfjs-backend-webgpu');
  await startEngine('webgpu');
  return device;
}

/** The backend looks at `navigator.gpu` when it is imported; Node 21 and later have a navigator of their own. */
function installNavigator(gpu: unknown): void {
  const existing = (globalThis as { navigator?: object }).navigator;
  if (existing) Object.defineProperty(existing, 'gpu', { value: gpu, configurable: true });
  else Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true, writable: true });
}

function unwrap<Module>(imported: unknown): Module {
  const { default: inner } = imported as { default?: Module };
  return 'create' in (imported as object) || inner === undefined ? (imported as Module) : inner;
}
