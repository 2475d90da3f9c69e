import { suite, test } from 'node:test';
import { runtimeContract } from '../../src/testing/runtime-contract.ts';
import { bashImage, shareContainer } from './engine.ts';

suite('a container with bash', { concurrency: 4 }, async () => {
  const { makeRuntime } = await shareContainer({ image: bashImage });
  runtimeContract({ test, makeRuntime });
});
