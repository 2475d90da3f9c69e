import { suite, test } from 'node:test';
import { runtimeContract } from '../../src/testing/runtime-contract.ts';
import { bashImage, shareContainer } from './engine.ts';

suite('a container whose root is read-only, with a memory file system', { concurrency: 4 }, async () => {
  const mounts = [{ type: 'tmpfs', target: '/tmp', executable: true }] as const;
  const { makeRuntime } = await shareContainer({
    image: bashImage,
    readOnlyRoot: true,
    workingDirectory: '/tmp',
    mounts,
  });
  runtimeContract({ test, makeRuntime });
});
