import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { randomId } from '../../src/core/ids.ts';
import { readHost, type TestHost, target } from './hosts.ts';

const run = promisify(execFile);

/** A server of one test, that may be killed and cut off. */
export interface OwnServer extends AsyncDisposable {
  readonly host: TestHost;
  /** Takes the network from it, or gives it back; needs `network`. */
  setLink(state: 'up' | 'down'): Promise<void>;
  /** Ends the server and every connection of it at once, by SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and with the same keys. */
  restart(): Promise<void>;
}

/** How {@link startServer} starts a server. */
export interface OwnServerOptions {
  /** Further lines of its configuration. */
  readonly lines?: readonly string[];
  /** Puts it into a network namespace of its own, behind a link that can be cut. */
  readonly network?: boolean;
}

/** Starts a server for one test. */
export async function startServer({ lines = [], network = false }: OwnServerOptions = {}): Promise<OwnServer> {
  const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-sshd-'));
  await run('chmod', ['711', directory]);
  const link = network ? await makeNetwork() : undefined;
  const env = {
    ...process.env,
    SSHD_DIR: directory,
    SSHD_USER: target.user,
    SSHD_ADDR: link?.address ?? '127.0.0.1',
    SSHD_EXTRA: lines.join('\n'),
  };
  const script = async (command: 'start' | 'stop'): Promise<void> => {
    const [program = '', ...words] = [...(link?.enter ?? []), 'scripts/start-sshd.sh', command];
    await run(program, words, { env });
  };
  const dispose = async (): Promise<void> => {
    await script('stop');
    await link?.remove();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await script('start');
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    host: readHost(join(directory, 'env')),
    setLink: async (state) => await link?.set(state),
    kill: () => killServer(directory),
    restart: () => script('start'),
    [Symbol.asyncDispose]: dispose,
  };
}

interface Network {
  readonly address: string;
  readonly enter: readonly string[];
  set(state: 'up' | 'down'): Promise<void>;
  remove(): Promise<void>;
}

async function makeNetwork(): Promise<Network> {
  const id = randomId(6);
  const third = 1 + (Number.parseInt(id.slice(0, 2), 16) % 250);
  const [near, far] = [`10.198.${third}.1`, `10.198.${third}.2`];
  const ip = (...words: string[]) => run('ip', words);
  const inside = (...words: string[]) => ip('netns', 'exec', `rex${id}`, 'ip', ...words);
  await ip('netns', 'add', `rex${id}`);
  await ip('link', 'add', `rex${id}`, 'type', 'veth', 'peer', 'name', `far${id}`, 'netns', `rex${id}`);
  await ip('addr', 'add', `${near}/24`, 'dev', `rex${id}`);
  await ip('link', 'set', `rex${id}`, 'up');
  await inside('addr', 'add', `${far}/24`, 'dev', `far${id}`);
  await inside('link', 'set', `far${id}`, 'up');
  await inside('link', 'set', 'lo', 'up');
  return {
    address: far,
    enter: ['ip', 'netns', 'exec', `rex${id}`],
    // Only the far end goes down: the address here stays, and packets vanish without a word.
    set: async (state) => void (await inside('link', 'set', `far${id}`, state)),
    remove: async () => {
      await ip('link', 'del', `rex${id}`);
      await ip('netns', 'del', `rex${id}`);
    },
  };
}

/** A server's connections are its descendants. */
async function killServer(directory: string): Promise<void> {
  const pid = Number(await readFile(join(directory, 'sshd.pid'), 'utf8'));
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => '');
    const comm = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    if (comm === 'sshd') parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const family = [pid];
  for (const parent of family) for (const [child, above] of parents) if (above === parent) family.push(child);
  for (const member of family.reverse()) killIfThere(member);
}

/** A connection that ends by itself meanwhile is as good as killed. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Processes of this machine whose command line has a text in it. */
export async function processesWith(text: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const line = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(text)) found.push(Number(name));
  }
  return found;
}

/** Waits until no process has a text in its command line. */
export async function untilGone(text: string, timeoutMs = 15_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await processesWith(text);
    if (found.length === 0) return;
    if (Date.now() > deadline) throw new Error(`processes ${found.join(', ')} are still there`);
    await delay(50);
  }
}
