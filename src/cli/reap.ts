import { parseArgs } from 'node:util';
import { reap } from '../sandbox/deployment/docker/owner/reap.ts';
import { usageError } from './failure.ts';

const help = `Usage: hrm-rex reap [OPTIONS]

Removes the containers and images that processes of this machine left behind when they crashed, and prints them. What
belongs to a process that lives, or to another machine, is spared.

Options:
  --host ADDRESS    Address of the engine (default: as the docker CLI finds it)
  --podman          Look in podman's engine
  --dry-run         Print what would be removed, and remove nothing
  -h, --help        Print this help
`;

const flags = {
  host: { type: 'string' },
  podman: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `hrm-rex reap`: removes leftovers of crashed processes from a container engine. */
export async function reapCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: flags, strict: true });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  if (values.host === '') throw usageError('--host takes an address');
  const dryRun = values['dry-run'] ?? false;
  const left = await reap({
    dryRun,
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(values.podman ? { containerRuntime: 'podman' } : {}),
  });
  const verb = dryRun ? 'would remove' : 'removed';
  for (const { type, name, pid } of left) process.stdout.write(`${verb} ${type} ${name} (of process ${pid})\n`);
  if (left.length === 0) process.stdout.write('nothing left behind\n');
  return 0;
}
