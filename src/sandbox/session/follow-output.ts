import { lineListener, outputListener } from './output-listener.ts';
import type { RunningScript } from './running-script.ts';
import type { RunOptions } from './session.ts';
import { withoutLevels } from './shell-text.ts';

/** Shows a caller what was printed since `from`, and what comes, until it is disposed of. */
export function followOutput(
  script: RunningScript,
  from: number,
  onOutput: RunOptions['onOutput'],
  onError: (error: unknown) => void,
): Disposable | undefined {
  if (!onOutput) return undefined;
  const plain = outputListener(onOutput, onError);
  const { take, end } = script.traced ? lineListener(plain, withoutLevels) : { take: plain, end: () => {} };
  for (const chunk of script.log.chunks(from)) {
    if (chunk.type === 'output') take(chunk.stream, chunk.data, chunk.cursor);
  }
  script.listeners.add(take);
  return {
    [Symbol.dispose]: () => {
      script.listeners.delete(take);
      end();
    },
  };
}
