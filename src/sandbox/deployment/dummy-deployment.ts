import { DummyRuntime, type DummyRuntimeOptions } from '../runtime/dummy-runtime.ts';
import { BaseDeployment, type Opened } from './base-deployment.ts';

/** A deployment whose runtime runs nothing and answers from a script: for tests of what stands on a deployment. */
export class DummyDeployment extends BaseDeployment<DummyRuntime> {
  readonly type = 'dummy';
  readonly #options: DummyRuntimeOptions;

  /** @param options of the runtime that each start makes. */
  constructor(options: DummyRuntimeOptions = {}) {
    super();
    this.#options = options;
  }

  protected async open(): Promise<Opened<DummyRuntime>> {
    this.announce('Starting runtime');
    const runtime = new DummyRuntime(this.#options);
    return { runtime, close: () => runtime.close() };
  }
}
