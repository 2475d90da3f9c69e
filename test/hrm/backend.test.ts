import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { tensorflow as tf, useBackend } from 'hrm-rex/hrm';
import { RexError } from '../../src/core/errors.ts';
import { gradientsVersion } from '../../src/hrm/backend/gradients.generated.ts';
import { classifyLoadFailure } from '../../src/hrm/backend/load-failure.ts';

/** Fails for the named packages as given, imports the others. */
function importing(failures: Readonly<Record<string, unknown>>): (specifier: string) => Promise<unknown> {
  return async (specifier) => {
    if (specifier in failures) throw failures[specifier];
    return import(specifier);
  };
}

const absent = Object.assign(new Error("Cannot find package 'x'"), { code: 'ERR_MODULE_NOT_FOUND' });
const unbuilt = new Error('The Node.js native addon module (tfjs_binding.node) can not be found at path: /x');
const unloadable = Object.assign(new Error('libtensorflow.so.2: cannot open shared object file'), {
  code: 'ERR_DLOPEN_FAILED',
});

const nothingNative = {
  '@tensorflow/tfjs-node-gpu': absent,
  '@tensorflow/tfjs-node': unbuilt,
  webgpu: absent,
};

describe('useBackend', () => {
  test('auto takes wasm when nothing native is there, and says why nothing faster runs', async () => {
    const report = await useBackend('auto', { importPackage: importing(nothingNative) });
    assert.equal(report.name, 'wasm');
    assert.equal(tf.getBackend(), 'wasm');
    assert.deepEqual(
      report.rejected.map(({ name, kind }) => [name, kind]),
      [
        ['node-gpu', 'absent'],
        ['node', 'unbuilt'],
        ['webgpu', 'absent'],
      ],
    );
    assert.equal(report.warning, undefined);
  });

  test('auto falls back to cpu with a warning', async () => {
    const importPackage = importing({ ...nothingNative, '@tensorflow/tfjs-backend-wasm': absent });
    const report = await useBackend('auto', { importPackage });
    assert.equal(report.name, 'cpu');
    assert.match(report.warning ?? '', /slower/);
  });

  test('a package that is missing, not built or not loadable is named with the command that installs it', async () => {
    for (const [failure, hint] of [
      [absent, /npm install @tensorflow\/tfjs-node@4\.22\.0/],
      [unbuilt, /npm rebuild/],
      [unloadable, /npm rebuild/],
    ] as const) {
      const importPackage = importing({ '@tensorflow/tfjs-node': failure });
      await assert.rejects(useBackend('node', { importPackage }), (error) => {
        assert.ok(RexError.is(error, 'DEPENDENCY_MISSING'));
        assert.equal(error.context.install, 'npm install @tensorflow/tfjs-node@4.22.0');
        assert.match(error.hint ?? '', hint);
        return true;
      });
    }
  });

  test('a package of another version is refused: it would be a second engine', async () => {
    const importPackage = async (): Promise<unknown> => ({ version: { 'tfjs-core': '4.10.0' } });
    await assert.rejects(useBackend('node', { importPackage }), (error) => RexError.is(error, 'BACKEND_FAILED'));
  });

  test('removed utilities of Node 23 are there when tfjs-node is imported', async () => {
    const importPackage = async (): Promise<unknown> => {
      const util = createRequire(import.meta.url)('node:util');
      assert.equal(typeof util.isNullOrUndefined, 'function');
      throw absent;
    };
    await assert.rejects(useBackend('node', { importPackage }), (error) => RexError.is(error, 'DEPENDENCY_MISSING'));
  });

  test('auto refuses a software WebGPU adapter', async () => {
    const software = {
      create: () => ({ requestAdapter: async () => ({ info: { description: 'llvmpipe' } }) }),
      globals: {},
    };
    const importPackage = async (specifier: string): Promise<unknown> =>
      specifier === 'webgpu' ? software : importing(nothingNative)(specifier);
    const report = await useBackend('auto', { importPackage });
    assert.match(report.rejected.find(({ name }) => name === 'webgpu')?.reason ?? '', /software/);
  });

  test('WebGPU keeps one instance, however often it is asked for', async () => {
    let created = 0;
    const webgpu = {
      globals: {},
      create: () => {
        created += 1;
        return { requestAdapter: async () => null };
      },
    };
    const importPackage = async (specifier: string): Promise<unknown> =>
      specifier === 'webgpu' ? webgpu : importing(nothingNative)(specifier);
    for (let attempt = 0; attempt < 2; attempt++) {
      await assert.rejects(useBackend('webgpu', { importPackage }), (error) => RexError.is(error, 'BACKEND_FAILED'));
    }
    assert.equal(created, 1);
  });

  test('an unknown name is an invalid argument', async () => {
    await assert.rejects(useBackend('cuda' as never), (error) => RexError.is(error, 'INVALID_ARGUMENT'));
  });

  test('only these errors count as absence', () => {
    assert.equal(classifyLoadFailure(unloadable).kind, 'unloadable');
    assert.equal(classifyLoadFailure(new Error('anything else')).kind, 'other');
  });
});

test('the bundled gradients are those of the installed core', () => {
  assert.equal(gradientsVersion, tf.version_core);
  assert.ok(tf.getGradient('BatchMatMul') && tf.getGradient('Softmax'));
});
