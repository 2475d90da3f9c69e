import assert from 'node:assert/strict';
import type { Deployment } from '../sandbox/deployment/deployment.ts';
import { expectThrown, rejectionOf } from './contract/expect-error.ts';
import type { TestRegistrar } from './contract/suite.ts';
import { within } from './contract/within.ts';

/** What the deployment contract needs to know. */
export interface DeploymentContractOptions {
  /** Registers each case. */
  readonly test: TestRegistrar;
  /** Makes a deployment that is not started; each case makes its own and stops it. */
  readonly makeDeployment: () => Deployment | Promise<Deployment>;
  /** Whether real programs run in its runtime. Default true. */
  readonly commands?: boolean;
  /** Time for one case; a case that takes longer has failed. Default 60,000. */
  readonly caseTimeoutMs?: number;
}

type Case = (deployment: Deployment) => Promise<void>;

/**
 * Registers the behavioural contract of {@link Deployment}: how it starts, stops, starts again and tells its hooks.
 *
 * @example
 * deploymentContract({ test, makeDeployment: () => new MyDeployment() });
 */
export function deploymentContract(options: DeploymentContractOptions): void {
  const { test, makeDeployment, commands = true, caseTimeoutMs = 60_000 } = options;
  const add = (sentence: string, run: Case) =>
    test(`deployment: ${sentence}`, async () => {
      const deployment = await makeDeployment();
      try {
        await within(caseTimeoutMs, run(deployment));
      } finally {
        await within(caseTimeoutMs, deployment.stop());
      }
    });
  for (const [sentence, run] of lifeCases) add(sentence, run);
  for (const [sentence, run] of hookCases) add(sentence, run);
  if (commands) for (const [sentence, run] of commandCases) add(sentence, run);
}

const lifeCases: readonly (readonly [string, Case])[] = [
  [
    'does nothing before it is started',
    async (deployment) => {
      assert.equal(typeof deployment.type, 'string');
      const { context } = expectThrown(() => deployment.runtime, 'DEPLOYMENT_NOT_STARTED');
      assert.equal(context.deployment, deployment.type);
      const { isAlive, message } = await deployment.isAlive();
      assert.equal(isAlive, false);
      assert.notEqual(message, '', 'it says why');
    },
  ],
  [
    'starts, returns itself and is alive',
    async (deployment) => {
      assert.equal(await deployment.start(), deployment);
      assert.deepEqual(await deployment.isAlive(), { isAlive: true, message: '' });
      assert.equal((await deployment.runtime.isAlive()).isAlive, true);
    },
  ],
  [
    'keeps its runtime when it is started again',
    async (deployment) => {
      const { runtime } = await deployment.start();
      await Promise.all([deployment.start(), deployment.start()]);
      assert.equal(deployment.runtime, runtime);
    },
  ],
  [
    'stops its runtime',
    async (deployment) => {
      const { runtime } = await deployment.start();
      await deployment.stop();
      assert.equal((await runtime.isAlive()).isAlive, false);
      assert.equal((await deployment.isAlive()).isAlive, false);
      expectThrown(() => deployment.runtime, 'DEPLOYMENT_NOT_STARTED');
    },
  ],
  [
    'is stopped as often as asked, started or not',
    async (deployment) => {
      await deployment.stop();
      await deployment.start();
      await Promise.all([deployment.stop(), deployment.stop()]);
      await deployment.stop();
      await deployment[Symbol.asyncDispose]();
    },
  ],
  [
    'starts again after a stop, with a new runtime',
    async (deployment) => {
      const first = (await deployment.start()).runtime;
      await deployment.stop();
      const second = (await deployment.start()).runtime;
      assert.notEqual(first, second);
      assert.equal((await deployment.isAlive()).isAlive, true);
    },
  ],
  [
    'is stopped by `await using`',
    async (deployment) => {
      {
        await using started = await deployment.start();
        assert.equal((await started.isAlive()).isAlive, true);
      }
      assert.equal((await deployment.isAlive()).isAlive, false);
    },
  ],
  [
    'does not start when its signal is aborted',
    async (deployment) => {
      await rejectionOf(deployment.start({ signal: AbortSignal.abort(new Error('enough')) }));
      assert.equal((await deployment.isAlive()).isAlive, false);
      await deployment.start();
      assert.equal((await deployment.isAlive()).isAlive, true);
    },
  ],
];

const hookCases: readonly (readonly [string, Case])[] = [
  [
    'tells its hooks about the steps of a start',
    async (deployment) => {
      const told: string[][] = [[], []];
      for (const messages of told) deployment.addHook({ onCustomStep: (message) => void messages.push(message) });
      await deployment.start();
      assert.ok(told[0] && told[0].length > 0 && told[0].every((message) => message !== ''));
      assert.deepEqual(told[0], told[1]);
    },
  ],
  [
    'tells a removed hook nothing',
    async (deployment) => {
      const told: string[] = [];
      deployment.addHook({ onCustomStep: (message) => void told.push(message) })[Symbol.dispose]();
      await deployment.start();
      assert.deepEqual(told, []);
    },
  ],
];

const commandCases: readonly (readonly [string, Case])[] = [
  [
    'gives a runtime that works',
    async (deployment) => {
      const { runtime } = await deployment.start();
      assert.equal((await runtime.execute(['echo', 'hi'])).stdout, 'hi\n');
      const session = await runtime.createSession({ loadRc: false });
      assert.equal((await session.run('echo "$((6 * 7))"')).output, '42\n');
    },
  ],
  [
    'ends what its runtime started when it is stopped',
    async (deployment) => {
      const { runtime } = await deployment.start();
      const handle = await runtime.spawn(['sleep', '1000']);
      const session = await runtime.createSession({ loadRc: false });
      await deployment.stop();
      assert.equal((await handle.wait()).reason, 'close');
      assert.equal(session.state, 'closed');
    },
  ],
];
