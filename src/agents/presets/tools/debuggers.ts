import type { ErrorHandler, Exchange, ToolPreset } from './tool-preset.ts';

/** Commands for a debugger one after another, each at its prompt; the last one leaves it. */
function talk(prompt: string | RegExp, ...commands: readonly string[]): readonly Exchange[] {
  return commands.map((send) => ({ expect: prompt, send }));
}

const noTracing: ErrorHandler = {
  name: 'no-tracing',
  pattern: /ptrace: Operation not permitted|Could not trace the inferior/,
  needs: ['tracing'],
  advice: 'The sandbox does not let programs trace others: allow SYS_PTRACE.',
};

const gdbCommand = [
  ...['gdb', '--quiet', '--nx', '-ex', 'set pagination off', '-ex', 'set confirm off'],
  ...['--args', '{program}', '{args*}'],
];

const gdb: ToolPreset = {
  name: 'gdb',
  aliases: ['debugger'],
  tools: [{ name: 'gdb', version: ['gdb', '--version'], install: 'Debian: apt-get install gdb' }],
  environment: { LC_ALL: 'C', DEBUGINFOD_URLS: '' },
  commands: {
    backtrace: {
      command: gdbCommand,
      exchanges: talk('(gdb) ', 'run', 'backtrace', 'info locals', 'quit'),
    },
    inspect: {
      command: gdbCommand,
      exchanges: talk('(gdb) ', 'break {place}', 'run', 'print {expression}', 'quit'),
    },
    batch: {
      command: [
        'gdb',
        '--quiet',
        '--nx',
        '--batch',
        '-ex',
        'run',
        '-ex',
        'backtrace',
        '--args',
        '{program}',
        '{args*}',
      ],
    },
  },
  handlers: [noTracing],
};

const pdb: ToolPreset = {
  name: 'pdb',
  aliases: ['python-debugger'],
  tools: [{ name: 'python3', version: ['python3', '--version'], install: 'Debian: apt-get install python3' }],
  environment: { PYTHONUNBUFFERED: '1' },
  commands: {
    postMortem: {
      command: ['python3', '-m', 'pdb', '{program}', '{args*}'],
      exchanges: talk('(Pdb) ', 'continue', 'where', 'quit'),
    },
    inspect: {
      command: ['python3', '-m', 'pdb', '{program}', '{args*}'],
      exchanges: talk('(Pdb) ', 'break {place}', 'continue', 'p {expression}', 'quit'),
    },
  },
  handlers: [],
};

const nodeInspect: ToolPreset = {
  name: 'node-inspect',
  aliases: ['node-debugger', 'inspect'],
  tools: [{ name: 'node', version: ['node', '--version'], install: 'Debian: apt-get install nodejs' }],
  environment: { NODE_OPTIONS: '', NO_COLOR: '1', TERM: 'dumb' },
  commands: {
    inspect: {
      command: ['node', 'inspect', '--port=0', '{program}', '{args*}'],
      exchanges: [
        { expect: /Break on start[\s\S]*debug> /, send: "sb('{file}', {line})" },
        { expect: /debug> [\s\S]*debug> $|debug> /, send: 'cont' },
        { expect: /break in [\s\S]*debug> /, send: 'exec({expression})' },
        { expect: /debug> /, send: '.exit' },
      ],
    },
  },
  handlers: [],
};

/** Debuggers by name. */
export const debuggers: Readonly<Record<string, ToolPreset>> = { gdb, pdb, 'node-inspect': nodeInspect };
