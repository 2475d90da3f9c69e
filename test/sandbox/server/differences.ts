/** What our server answers where it is meant to differ; `undefined` steps are as recorded. */
export interface Difference {
  /** Why ours is better, for the reader of `docs/swe-rex.md`. */
  readonly why: string;
  readonly steps: Readonly<Record<number, OurStep>>;
}

/** Fields that differ; the others are as recorded. */
export interface OurStep {
  readonly output?: string | RegExp;
  readonly exit_code?: number | null;
  readonly exc?: string;
  readonly msg?: string | RegExp;
}

const gone = 'swerex.exceptions.SessionDoesNotExistError';
const quietJobs = 'no notices of job control in outputs';
const ownPrompt = 'the prompt is the user’s own; nothing of it is in outputs';
const keptInput = 'text reaches the shell as it is, never through a terminal’s line editing';

function ended(how: string): OurStep {
  const msg = new RegExp(
    `^End Of File \\(EOF\\)\\. The shell of session '.*' ended ${how}; the name is free again\\.$`,
  );
  return { exc: 'pexpect.exceptions.EOF', msg };
}

const freeName: OurStep = { exc: gone, msg: /^session '.*' does not exist$/ };
const stillAlive: OurStep = { output: 'still-alive\n', exit_code: 0 };

/** Every scenario in which ours is meant to differ; `docs/swe-rex.md` lists them. */
export const differences: Readonly<Record<string, Difference>> = {
  'output contains the PS1 string': {
    why: 'nothing is cut from outputs',
    steps: { 0: { output: 'before SHELLPS1PREFIX after\n' } },
  },
  'output contains the unique string': {
    why: 'nothing is cut from outputs',
    steps: { 0: { output: 'x UNIQUESTRING29234 y\n' } },
  },
  'exit codes': { why: 'the message says how the shell ended', steps: { 4: ended('by signal SIGKILL') } },
  'exit in the session': { why: 'the name is free at once', steps: { 0: ended('with exit code 3'), 1: freeName } },
  'exec replaces the shell': { why: 'the name is free at once', steps: { 0: ended('with exit code 0'), 1: freeName } },
  'set -e then failure': { why: 'the name is free at once', steps: { 1: ended('with exit code 1'), 2: freeName } },
  'set -x': {
    why: 'nothing of the server’s own is traced',
    steps: { 0: { output: '' }, 1: { output: '+ echo traced\ntraced\n' } },
  },
  'set -v': {
    why: 'the exit code is known, and nothing of the server’s own is shown',
    steps: {
      0: { exit_code: 0 },
      1: { output: 'echo verbose\nverbose\n', exit_code: 0 },
      2: { output: 'set +v\n', exit_code: 0 },
    },
  },
  'PS1 changed by the user': { why: ownPrompt, steps: { 0: { output: '', exit_code: 0 }, 1: stillAlive } },
  'PS1 prefixed (venv style)': { why: ownPrompt, steps: { 0: { output: '' }, 1: { output: 'in-venv\n' } } },
  PROMPT_COMMAND: { why: ownPrompt, steps: { 0: { output: '' }, 1: { output: 'still-alive\n' } } },
  'PS2 set by the user': { why: ownPrompt, steps: { 1: { output: 'ab\n' } } },
  'stty echo': {
    why: 'the exit code is known, and nothing of the server’s own is shown',
    steps: { 0: { exit_code: 0 }, 1: stillAlive },
  },
  'trap EXIT/DEBUG': {
    why: 'traps see the user’s commands alone',
    steps: { 0: { output: '' }, 1: { output: 'dbg\nx\n' } },
  },
  'two heredocs': { why: 'scripts are evaluated by bash itself', steps: { 0: { output: 'a\nb\n' } } },
  'heredoc then command': {
    why: 'scripts are evaluated by bash itself',
    steps: { 0: { output: 'a\ndone\n', exit_code: 0 }, 1: stillAlive },
  },
  'background then newline': {
    why: 'scripts are evaluated by bash itself',
    steps: { 0: { output: 'after\n', exit_code: 0 } },
  },
  'background with ;': { why: quietJobs, steps: { 0: { output: 'after\n' } } },
  'unterminated heredoc': {
    why: 'it ends where the script ends, as in a script file',
    steps: {
      0: { output: /here-document at line \d+ delimited by end-of-file[^\n]*\nabc\n$/, exit_code: 0 },
      1: stillAlive,
    },
  },
  'SOUNIQUEEOF in command': {
    why: 'no text breaks out of the syntax check',
    steps: { 0: { output: /^a\nbash: (line \d+: )?SOUNIQUEEOF: command not found\nb\n$/, exit_code: 0 } },
  },
  'tab in command (completion)': { why: keptInput, steps: { 0: { output: 'a\tb\n' } } },
  'control chars in command': { why: keptInput, steps: { 0: { output: 'a\x03b\n', exit_code: 0 }, 1: stillAlive } },
  'command after a timeout without interrupt': {
    why: 'a command that ran out of time is stopped; its output is in the error’s extra_info',
    steps: { 1: stillAlive },
  },
  'interrupt with nothing running': { why: 'nothing was printed', steps: { 0: { output: '' } } },
  'interrupt SIGINT-ignoring': { why: quietJobs, steps: { 1: { output: '' }, 2: { output: 'still-alive\n' } } },
  'interrupt python ignoring SIGINT and SIGTSTP': {
    why: 'whatever runs can be stopped, and the session lives on',
    steps: { 1: { output: '', exit_code: 0 }, 2: stillAlive },
  },
  'infinite output': {
    why: 'head and tail are kept within the limit, and the cut is marked',
    steps: { 1: { output: /^[y\n]+(\[\.\.\. \d+ bytes omitted \.\.\.\]\n[y\n]+)?$/ } },
  },
  pager: {
    why: `lines end alike everywhere; ${quietJobs}`,
    steps: {
      1: { output: /^WARNING: terminal is not fully functional\n[\s\S]*\n23\n:$/ },
      2: { output: 'still-alive\n' },
    },
  },
  'background output arrives later': {
    why: quietJobs,
    steps: { 0: { output: '' }, 1: { output: 'LATE\nnow\n' } },
  },
  'nohup server': { why: quietJobs, steps: { 0: { output: 'pid-ok\n' } } },
  'history expansion in double quotes': {
    why: 'no history expansion rewrites commands',
    steps: { 1: { output: 'hello!echo world\n' } },
  },
  'SIGPIPE disposition': {
    why: 'signals are as in a login: a broken pipe ends its writer',
    steps: {
      0: { output: 'y\n141 0\n' },
      1: { output: /Handlers\.SIG_DFL\n|^(?![\s\S]*SIGQUIT)[\s\S]*SigIgn:\t0{16}\n$/ },
    },
  },
  'terminal size and TERM': {
    why: 'neither history expansion nor job control is on',
    steps: { 0: { output: /^24 80\ndumb\n[hiBs]+\n$/ } },
  },
  'shopt extglob across commands': {
    why: 'the syntax check knows the options of the session',
    steps: { 1: { output: '/etc\n', exit_code: 0 } },
  },
  'command ends with backslash': {
    why: 'nothing of the server’s own is swallowed',
    steps: { 0: { output: /^a\\?\n$/ } },
  },
  'wait for background job': { why: quietJobs, steps: { 0: { output: '0\n' } } },
};
