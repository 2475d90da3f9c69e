import { suite, test } from 'node:test';
import { runtimeContract } from '../../src/testing/runtime-contract.ts';
import { busyboxImage, shareContainer } from './engine.ts';

suite('a container with busybox alone', { concurrency: 4 }, async () => {
  const { makeRuntime } = await shareContainer({ image: busyboxImage });
  runtimeContract({ test, makeRuntime, capabilities: { bash: false } });
});
