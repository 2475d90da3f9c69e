import type { ErrorHandler, Exchange, ToolPreset } from './tool-preset.ts';

/** Commands for a debugger one after another, each at its prompt; the last one leaves it. */
function talk(prompt: string | RegExp, ...commands: readonly string[]): readonly Exchange[] {
  return commands.map((send) => ({ expect: prompt, send }));
}

/** A program under its debugger; one that is not there ends in a failure, not in a debugger without a program. */
function debug(tool: string, options: string): readonly string[] {
  const look = `[ -e "$0" ] || ! command -v ${tool} >/dev/null || { echo "$0: no such program"; exit 66; }`;
  return ['/bin/sh', '-c', `${look}; exec ${tool} ${options} "$0" "$@"`, '{program}', '{args*}'];
}

const noProgram: ErrorHandler = {
  name: 'no-program',
  pattern: /^(?<program>.+): no such program$/m,
  advice: 'There is no {program}: build it first, or give its path from the directory of the step.',
};

const unknownPlace: ErrorHandler = {
  name: 'unknown-place',
  pattern:
    /^(?:\(gdb\) )?(?:Function ".+" not defined|No source file named|No line .+ in)|^\*\*\* .*(?:not defined|out of range|[Bb]lank)/m,
  advice: 'The debugger knows no such place: give a function, or FILE:LINE, of a program built with debug information.',
};

const noTracing: ErrorHandler = {
  name: 'no-tracing',
  pattern: /ptrace: Operation not permitted|Could not trace the inferior/,
  needs: ['tracing'],
  advice: 'The sandbox does not let programs trace others: allow SYS_PTRACE.',
};

const gdbCommand = debug('gdb', "--quiet --nx -ex 'set pagination off' -ex 'set confirm off' --args");

/** What gdb says when it has nothing to debug, no such place or no such value. */
const gdbFault =
  /^(?:No executable file specified|No symbol table is loaded|Function ".+" not defined|No symbol ".+" in current context|No source file named|No line .+ in )/m;

const gdb: ToolPreset = {
  name: 'gdb',
  aliases: ['debugger'],
  tools: [{ name: 'gdb', version: ['gdb', '--version'], install: 'Debian: apt-get install gdb' }],
  environment: { LC_ALL: 'C', DEBUGINFOD_URLS: '' },
  commands: {
    backtrace: {
      command: gdbCommand,
      exchanges: talk('(gdb) ', 'run', 'backtrace', 'info locals', 'quit'),
      fault: /^No executable file specified/m,
    },
    inspect: {
      command: gdbCommand,
      exchanges: talk('(gdb) ', 'break {place}', 'run', 'print {expression}', 'quit'),
      fault: gdbFault,
    },
    batch: {
      command: debug('gdb', '--quiet --nx --batch -ex run -ex backtrace --args'),
    },
  },
  handlers: [noProgram, noTracing, unknownPlace],
};

/** After a crash `quit` would begin the program again. */
const leavePdb = "!__import__('os')._exit(0)";

const pdb: ToolPreset = {
  name: 'pdb',
  aliases: ['python-debugger'],
  tools: [{ name: 'python3', version: ['python3', '--version'], install: 'Debian: apt-get install python3' }],
  environment: { PYTHONUNBUFFERED: '1' },
  commands: {
    postMortem: {
      command: debug('python3', '-m pdb'),
      exchanges: talk('(Pdb) ', 'continue', 'where', leavePdb),
    },
    inspect: {
      command: debug('python3', '-m pdb'),
      exchanges: talk('(Pdb) ', 'break {place}', 'continue', 'p {expression}', leavePdb),
      fault: /^\*\*\* /m,
    },
  },
  handlers: [noProgram, unknownPlace],
};

const nodeInspect: ToolPreset = {
  name: 'node-inspect',
  aliases: ['node-debugger', 'inspect'],
  tools: [{ name: 'node', version: ['node', '--version'], install: 'Debian: apt-get install nodejs' }],
  environment: { NODE_OPTIONS: '', NO_COLOR: '1', TERM: 'dumb' },
  commands: {
    inspect: {
      command: debug('node', 'inspect --port=0'),
      exchanges: [
        { expect: /Break on start[\s\S]*debug> /, send: "sb('{file}', {line})" },
        { expect: /debug> [\s\S]*debug> $|debug> /, send: 'cont' },
        { expect: /break in [\s\S]*debug> /, send: 'exec({expression})' },
        { expect: /debug> /, send: '.exit' },
      ],
    },
  },
  handlers: [noProgram],
};

/** Debuggers by name. */
export const debuggers: Readonly<Record<string, ToolPreset>> = { gdb, pdb, 'node-inspect': nodeInspect };
