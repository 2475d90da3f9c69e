import { suite, test } from 'node:test';
import { runtimeContract } from '../../src/testing/runtime-contract.ts';
import { bashImage, shareContainer } from './engine.ts';

suite('a container whose user is not root', { concurrency: 4 }, async () => {
  const options = { image: bashImage, user: '1000:1000', workingDirectory: '/home/sandbox' };
  const { makeRuntime } = await shareContainer(options);
  runtimeContract({ test, makeRuntime });
});
