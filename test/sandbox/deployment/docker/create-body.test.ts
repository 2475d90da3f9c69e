import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RexError } from '../../../../src/core/errors.ts';
import { toCreateBody } from '../../../../src/sandbox/deployment/docker/container/create-body.ts';
import type { DockerContainerOptions } from '../../../../src/sandbox/deployment/docker/docker-options.ts';

const facts = { image: 'tiny:1', name: 'box-1', labels: { 'hrm-rex.owner': 'me' } };

function body(options: DockerContainerOptions) {
  return toCreateBody(options, facts);
}

function host(options: DockerContainerOptions) {
  return body(options).HostConfig ?? {};
}

test('a container has no capability, gains no rights, has a process limit and an init, unless it is said', () => {
  const { CapDrop, CapAdd, SecurityOpt, PidsLimit, Init, Privileged, NetworkMode, ReadonlyRootfs } = host({});
  assert.deepEqual(
    { CapDrop, CapAdd, SecurityOpt, PidsLimit, Init, Privileged, NetworkMode, ReadonlyRootfs },
    {
      CapDrop: ['ALL'],
      CapAdd: [],
      SecurityOpt: ['no-new-privileges'],
      PidsLimit: 1024,
      Init: true,
      Privileged: false,
      NetworkMode: 'bridge',
      ReadonlyRootfs: false,
    },
  );
});

test('each default is widened by name', () => {
  assert.deepEqual(host({ capabilities: ['chown', 'CAP_SETUID'] }).CapAdd, ['CHOWN', 'SETUID']);
  assert.deepEqual(host({ allow: ['default-capabilities'] }).CapDrop, []);
  assert.deepEqual(host({ allow: ['new-privileges'] }).SecurityOpt, []);
  assert.deepEqual(host({ allow: ['unconfined-seccomp', 'unconfined-apparmor'] }).SecurityOpt, [
    'no-new-privileges',
    'seccomp=unconfined',
    'apparmor=unconfined',
  ]);
  assert.deepEqual(host({ allow: ['unmasked-paths'] }).MaskedPaths, []);
  assert.equal(host({ allow: ['privileged'] }).Privileged, true);
  assert.equal(host({ init: false }).Init, false);
  assert.equal(host({ limits: { processes: 'unlimited' } }).PidsLimit, -1);
});

test('limits are those of the kernel, memory without swap', () => {
  const found = host({ limits: { memoryBytes: 64e6, cpus: 1.5, processes: 7, fileSizeBytes: 1000, openFiles: 99 } });
  assert.equal(found.Memory, 64e6);
  assert.equal(found.MemorySwap, 64e6);
  assert.equal(found.NanoCpus, 1.5e9);
  assert.equal(found.PidsLimit, 7);
  assert.deepEqual(found.Ulimits, [
    { Name: 'fsize', Soft: 1000, Hard: 1000 },
    { Name: 'nofile', Soft: 99, Hard: 99 },
  ]);
});

test('mounts, ports, labels and environment are carried over', () => {
  const options: DockerContainerOptions = {
    env: { A: '1', B: '' },
    labels: { mine: 'yes' },
    user: '7:8',
    workingDirectory: '/work',
    mounts: [
      { type: 'bind', source: '/here', target: '/there', readOnly: true },
      { type: 'volume', source: 'data', target: '/data' },
      { type: 'tmpfs', target: '/tmp', sizeBytes: 4096, executable: true },
    ],
    ports: [{ containerPort: 80 }, { containerPort: 53, hostPort: 5353, hostAddress: '0.0.0.0', protocol: 'udp' }],
    gpus: 'all',
    devices: ['/dev/fuse'],
  };
  const found = body(options);
  assert.deepEqual(found.Env, ['A=1', 'B=']);
  assert.deepEqual(found.Labels, { mine: 'yes', 'hrm-rex.owner': 'me' });
  assert.equal(found.User, '7:8');
  assert.equal(found.WorkingDir, '/work');
  assert.deepEqual(found.HostConfig?.Mounts, [
    { Type: 'bind', Source: '/here', Target: '/there', ReadOnly: true },
    { Type: 'volume', Source: 'data', Target: '/data', ReadOnly: false },
  ]);
  assert.deepEqual(found.HostConfig?.Tmpfs, { '/tmp': 'rw,nosuid,nodev,exec,mode=1777,size=4096' });
  assert.deepEqual(found.HostConfig?.PortBindings, {
    '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }],
    '53/udp': [{ HostIp: '0.0.0.0', HostPort: '5353' }],
  });
  assert.deepEqual(found.HostConfig?.DeviceRequests, [{ Count: -1, Capabilities: [['gpu']] }]);
});

test('a label of ours cannot be replaced', () => {
  assert.equal(body({ labels: { 'hrm-rex.owner': 'somebody' } }).Labels?.['hrm-rex.owner'], 'me');
});

test('what cannot be is refused by its name', () => {
  const wrong: [string, DockerContainerOptions][] = [
    ['workingDirectory', { workingDirectory: 'work' }],
    ['mounts', { mounts: [{ type: 'tmpfs', target: 'tmp' }] }],
    ['limits.memoryBytes', { limits: { memoryBytes: 0 } }],
    ['limits.cpus', { limits: { cpus: Number.NaN } }],
    ['limits.processes', { limits: { processes: 1.5 } }],
  ];
  for (const [argument, options] of wrong) {
    assert.throws(
      () => body(options),
      (error) => RexError.is(error, 'INVALID_ARGUMENT') && error.context.argument === argument,
    );
  }
  assert.throws(
    () => toCreateBody({}, { ...facts, name: 'x' }),
    (error) => RexError.is(error, 'INVALID_ARGUMENT'),
  );
});
