import type { McpPrompt } from './prompts.ts';
import type { ProviderState } from './provider-state.ts';

const languages = ['bash', 'javascript', 'python', 'typescript'];

/** Prompts about sandboxes and agents. */
export function ownPrompts({ sandboxes, runs }: ProviderState): McpPrompt[] {
  const sandbox = {
    name: 'sandbox',
    description: 'Handle of the sandbox; default: your own',
    complete: (typed: string, { owner }: { readonly owner: string }) =>
      sandboxes
        .of(owner)
        .map(({ id }) => id)
        .filter((id) => id.startsWith(typed)),
  };
  const where = (handle: string | undefined): string => (handle ? `in sandbox ${handle}` : 'in your sandbox');
  return [
    {
      name: 'fix_tests',
      title: 'Fix failing tests',
      description: 'Run a test command in a sandbox and repair the code until it passes.',
      arguments: [{ name: 'command', description: 'Such as npm test', required: true }, sandbox],
      write: ({ command, sandbox: handle }) =>
        `Run \`${command}\` ${where(handle)} with exec. Read the first failure, find its cause with file_search and file_read, ` +
        'repair the code with file_write (mode replace), and run the command again until it passes. Never weaken a test. ' +
        'Say at the end what was wrong and what you changed.',
    },
    {
      name: 'try_code',
      title: 'Try code',
      description: 'Write a small program for a question and run it in a sandbox.',
      arguments: [
        { name: 'question', description: 'What the program shall find out', required: true },
        {
          name: 'language',
          description: languages.join(', '),
          complete: (typed) => languages.filter((name) => name.startsWith(typed)),
        },
        sandbox,
      ],
      write: ({ question, language = 'python', sandbox: handle }) =>
        `Answer this by a ${language} program that you run with run_code ${where(handle)}: ${question}`,
    },
    {
      name: 'delegate',
      title: 'Delegate to an agent',
      description: 'Have an agent do a task and follow it to its end.',
      arguments: [
        { name: 'task', description: 'What is to be done', required: true },
        {
          name: 'agent',
          description: 'Who does it',
          complete: (typed) => Object.keys(runs.agents).filter((name) => name.startsWith(typed)),
        },
      ],
      write: ({ task, agent }) =>
        `Start ${agent ? `the agent ${agent}` : 'a fitting agent'} with agent_run, follow it with agent_status until it is over, ` +
        'put what it asks (its tickets) to me and answer it by agent_run, ' +
        `check what it says, and report the result. The task: ${task}`,
    },
  ];
}
