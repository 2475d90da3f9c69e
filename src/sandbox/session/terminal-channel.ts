import type { Socket } from 'node:net';
import { followTerminal, startProcess } from '../process/child.ts';
import type { TerminalSize } from '../process/command.ts';
import type { Isolation, Launch } from '../process/isolation.ts';
import { openTerminal } from '../process/terminal.ts';
import { type Channel, programInput } from './channel.ts';
import { LocalChannel, type OutputSink } from './local-channel.ts';

/** Opens the terminal, for programs, beside the control pipe, which is standard input. */
const besideControl = `exec ${programInput}<>"$0" 1>&${programInput} 2>&${programInput}; exec "$@"`;

/**
 * Starts bash on a pseudo-terminal. Its commands come through a pipe of their own, so nothing that is sent to the shell
 * passes the terminal; programs read and write the terminal.
 */
export async function openTerminalChannel(
  launch: Launch,
  size: TerminalSize,
  options: { readonly mark: string; readonly isolation: Isolation | undefined },
): Promise<Channel> {
  const sink: OutputSink = { deliver: () => {} };
  const terminal = await openTerminal(size, (data) => sink.deliver('stdout', data));
  try {
    const argv = ['/bin/sh', '-c', besideControl, terminal.path, ...launch.argv] as const;
    const child = await startProcess({ ...launch, argv: [...argv] }, ['pipe', 'ignore', 'ignore']);
    const control = child.stdin as Socket;
    const parts = {
      pid: child.pid as number,
      separate: false,
      terminal: true,
      ended: followTerminal(child, terminal),
      control,
      writeInput: (data: Uint8Array) => terminal.write(data),
      resize: (next: TerminalSize) => terminal.resize(next),
      release: () => control.destroy(),
    };
    return new LocalChannel(parts, sink, options.mark, options.isolation);
  } catch (error) {
    terminal[Symbol.dispose]();
    throw error;
  }
}
