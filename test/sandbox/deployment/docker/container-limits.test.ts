import assert from 'node:assert/strict';
import { test } from 'node:test';
import { probeLimits } from '../../../../src/sandbox/deployment/docker/container/container-limits.ts';

const limits = { memoryBytes: 64 * 1024 * 1024, processes: 20 };

/** What the probe prints where control groups are of version 1, and 2. */
const printed = {
  1: (kills: number, refusals: number) => `oom_kill_disable 0\nunder_oom 0\noom_kill ${kills}\n=\nmax ${refusals}\n`,
  2: (kills: number, refusals: number) =>
    `low 0\nhigh 0\nmax 9${kills}\noom ${kills}\noom_kill ${kills}\noom_group_kill 0\n=\nmax ${refusals}\n`,
};

for (const version of [1, 2] as const) {
  test(`limits that a container hit are told by its control group of version ${version}`, () => {
    const print = printed[version];
    const { describe } = probeLimits(limits);
    assert.equal(describe(print(1, 2), print(1, 2)), '');
    assert.equal(describe(print(0, 2), print(1, 2)), 'memory limit of 64 MiB reached');
    assert.equal(describe(print(0, 0), print(0, 7)), 'process limit of 20 reached');
    assert.match(describe(print(0, 0), print(1, 1)), /^memory .*; process /);
    assert.equal(probeLimits({ processes: 20 }).describe(print(0, 0), print(1, 0)), '');
  });
}

test('a container without control groups tells nothing', () => {
  assert.equal(probeLimits(limits).describe('', ''), '');
});
