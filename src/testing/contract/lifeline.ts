import assert from 'node:assert/strict';
import { RexError } from '../../core/errors.ts';
import type { Runtime } from '../../sandbox/runtime/runtime.ts';

/**
 * Tells whether processes of a target are still alive, without process ids: a FIFO that they hold open for writing,
 * and a reader that ends when the last of them is gone. It works across process namespaces, containers and networks.
 */
export interface Lifeline {
  /** Shell text, for a process in the lifeline's directory, that makes it and its children hold the line. */
  readonly hold: string;
  /** Fails if anybody still holds the line after `timeoutMs` (default 5,000). */
  assertReleased(timeoutMs?: number): Promise<void>;
}

/** Makes a FIFO in a directory and starts its reader. */
export async function makeLifeline(runtime: Runtime, directory: string): Promise<Lifeline> {
  await runtime.execute(['mkfifo', 'lifeline'], { cwd: directory, check: 'raise' });
  const reader = await runtime.spawn(['cat', 'lifeline'], { cwd: directory });
  return {
    hold: 'exec 9>lifeline',
    assertReleased: async (timeoutMs = 5_000) => {
      // Opens and closes the line once more, for the case that nobody ever held it. Opening both ways never blocks.
      await runtime.execute(': 9<>lifeline', { cwd: directory });
      try {
        await reader.wait({ timeoutMs });
      } catch (error) {
        if (!RexError.is(error, 'WAIT_TIMEOUT')) throw error;
        assert.fail('a process that should have been ended is still alive');
      } finally {
        await reader.kill('SIGKILL');
      }
    },
  };
}

/** An event that a script raises, by `echo > NAME` or by anything that opens the FIFO for writing. */
export interface Gate {
  /** Resolves when the script opens the gate, with what it wrote. */
  opened(): Promise<string>;
  /** Lets a script go on that waits in `cat NAME`. */
  open(text?: string): Promise<void>;
}

/** Makes a {@link Gate}: a FIFO of this name in a directory of the target. */
export async function makeGate(runtime: Runtime, directory: string, name: string): Promise<Gate> {
  await runtime.execute(['mkfifo', name], { cwd: directory, check: 'raise' });
  return {
    opened: async () => (await runtime.execute(['cat', name], { cwd: directory, timeoutMs: 10_000 })).stdout,
    open: async (text = 'go\n') => {
      // One write by the shell itself: busybox's `cat` dies of SIGPIPE when the reader has gone before the input ends.
      const write = ['sh', '-c', 'printf %s "$1" > "$2"', 'sh', text, name];
      await runtime.execute(write, { cwd: directory, timeoutMs: 10_000, check: 'raise' });
    },
  };
}
