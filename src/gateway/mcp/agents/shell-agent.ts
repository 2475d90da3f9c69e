import type { Json } from '../../../core/json.ts';
import { done, fail } from '../../../orchestration/task/outcome.ts';
import type { Runtime } from '../../../sandbox/runtime/runtime.ts';
import type { McpAgent } from '../state/run-desk.ts';

const maxOutputBytes = 16 * 1024;

/**
 * An agent without a model: it runs the commands that the task names, one after another in one shell, and stops at the
 * first that fails. Commands are the lines that begin with `$ `, else the fenced code blocks, else the whole text.
 */
export const shellAgent: McpAgent = {
  description:
    'Runs the commands of the task (lines after "$ ", or code blocks, or the whole text); stops at a failure.',
  handler: async ({ goal }, { dependencies, signal, step, note }) => {
    const { runtime, workspace } = dependencies as { readonly runtime: Runtime; readonly workspace?: string };
    const session = `shell-agent-${crypto.randomUUID()}`;
    await using shell = await runtime.createSession({
      session,
      loadRc: false,
      signal,
      ...(workspace === undefined ? {} : { cwd: workspace }),
    });
    const commands = findCommands(goal);
    const results: Json[] = [];
    for (const [index, command] of commands.entries()) {
      const result = await step(`command-${index}`, async () => {
        const { exitCode, output } = await shell.run(command, { signal, maxOutputBytes });
        return { command, exit_code: exitCode ?? -1, output };
      });
      results.push(result);
      note('command', { command, exit_code: result.exit_code, number: index + 1, of: commands.length });
      if (result.exit_code !== 0) {
        const message = `command ${index + 1} of ${commands.length} ended with exit code ${result.exit_code}: ${command}\n${result.output}`;
        return fail('COMMAND_FAILED', message, { context: { commands: results } });
      }
    }
    return done({ commands: results });
  },
};

/** The commands that a text names. */
export function findCommands(text: string): string[] {
  const lines = text.split('\n').flatMap((line) => /^\s*\$ (.+)$/.exec(line)?.[1] ?? []);
  if (lines.length > 0) return lines;
  const blocks = [...text.matchAll(/^```[a-z]*\n([\s\S]*?)^```/gm)].map(([, code = '']) => code.trim());
  return blocks.length > 0 ? blocks : [text.trim()].filter(Boolean);
}
