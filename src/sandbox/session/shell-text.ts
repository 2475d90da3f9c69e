import { quote } from '../../core/quote.ts';
import { programInput } from './channel.ts';
import type { ShellDialect } from './shell-dialect.ts';

/*
 * The shell side of the session protocol.
 *
 * Bash runs interactively, so that errors and SIGINT return to its top level and never end it, but reads its commands
 * from a pipe. At the top level its output goes to /dev/null: prompts, traces and traps there are silent. A script gets
 * the real streams for as long as it runs. It is evaluated inside a sourced wrapper, where bash announces no jobs, and
 * is given the user's flags and traps, which are taken away again when it ends. A trap on SIGURG takes the shell back
 * to its top level between two commands, whatever it does about SIGINT.
 *
 * A run is two lines. The first evaluates the script: the channel shows BEGIN, what the script prints, STATE, the traps
 * it left, and END with status and flags. The second does the rest of it when SIGINT, or an error that drops the
 * script, threw the shell back to its top level. Tokens are random, used once, and in no variable while a script runs.
 * What is the same in every run waits in read-only variables: the less text a run has, the sooner it is parsed.
 */

/** Private descriptors: the script's own streams between runs, and the channel's two ends. */
const scriptInput = 247;
const scriptOutput = 248;
const scriptError = 249;
const channelOutput = 250;
const channelError = 251;
const wrapperInput = 252;
const statusInput = 253;
const nowhere = 246;
const silently = `>&${nowhere} 2>&${nowhere}`;

/** Random texts that frame one run. */
export interface Tokens {
  /** Tells the run's lines apart from those of others. */
  readonly run: string;
  readonly begin: string;
  readonly state: string;
  readonly end: string;
}

/** What a script finds as its predecessor left it. */
export interface ShellState {
  /** `$?` of the previous script. */
  readonly status: number;
  /** Option letters, as `$-` shows them. */
  readonly flags: string;
  /** Commands that set the traps on DEBUG, RETURN and ERR again; empty mostly. */
  readonly traps: string;
}

/** How one script is evaluated. */
export interface ScriptOptions {
  /** Programs read the caller's input (`send`); otherwise what the script's standard input is: a terminal or nothing. */
  readonly openInput: boolean;
  /** Whether programs run on a terminal. */
  readonly terminal: boolean;
  /** Whether standard error has its own channel. */
  readonly separate: boolean;
  /** Whether bash may trace it, see {@link mayTrace}. */
  readonly traced: boolean;
}

/** First lines of a session: silence at the top level, descriptors for what follows, no history. */
function bootText(options: { readonly separate: boolean; readonly terminal: boolean }): string {
  const error = options.separate ? 2 : 1;
  const lines = [
    'PS1= PS2= __hrm_rex_run= __hrm_rex_status= __hrm_rex_hidden=',
    `\\exec ${scriptOutput}>&1 ${channelOutput}>&1 ${scriptError}>&${error} ${channelError}>&${error}`,
    `\\exec ${scriptInput}<${options.terminal ? `&${programInput}` : '/dev/null'} ${nowhere}>/dev/null ${silently}`,
    silence,
    `\\builtin trap -- ${quote(urgentText())} URG`,
    ...Object.entries(constants).map(([name, text]) => `\\builtin readonly ${name}=${quote(text)}`),
  ];
  if (options.terminal) lines.push(plainTerminalText.trimEnd());
  lines.push('PS1=$__hrm_rex_prompt_text');
  return `${lines.join('\n')}\n`;
}

/** Startup as a script: rc file, then the sources. It fails when a source cannot be read or fails. */
function startupScript(loadRc: boolean, sources: readonly string[]): string {
  const lines = loadRc ? ['if [[ -r ~/.bashrc ]]; then . ~/.bashrc; fi'] : [];
  for (const source of sources) {
    const missing = `echo ${quote(`cannot read ${source}`)}; (exit 66)`;
    lines.push(`if [[ -r ${quote(source)} ]]; then . ${quote(source)}; else ${missing}; fi || hrm_rex_failed=$?`);
  }
  lines.push(silence, 'if [[ ${hrm_rex_failed-} ]]; then (exit "$hrm_rex_failed"); fi');
  return lines.join('\n');
}

const silence = [
  '\\builtin set +o history +H +m',
  '\\builtin unset -v HISTFILE MAILCHECK 2>/dev/null',
  '\\builtin history -c',
].join('; ');

/** Undoes what would keep the commands that take the traps and show the end from being builtins. */
const safety = '\\unset -f builtin; \\builtin enable eval printf set trap';

/** The same for the commands of the next run. */
const nextSafety = '\\builtin enable . exec export unset';

/** A syntax error on purpose: it brings back a parser that an unfinished `[[` has left astray. */
const parserReset = "\\builtin eval ')' || :";

/** Character before PS4 while a script may be traced: bash repeats it once for each level, {@link withoutLevels} counts. */
const levelMark = "$'\\036'";
const markedLevels = new RegExp(`${String.fromCharCode(0o36)}{3,}(.)`, 'gsu');

/** Takes the variables that an interactive bash acts on between scripts out of its sight, unless they are. */
const hideVariables = [
  '__hrm_rex_hidden=yes',
  '[[ -z ${PS1+1} || ${__hrm_rex_ps1+1} ]] || { __hrm_rex_ps1=$PS1; PS1=; }',
  '[[ -z ${TMOUT+1} || ${__hrm_rex_tmout+1} ]] || { __hrm_rex_tmout=$TMOUT; \\builtin unset -v TMOUT; }',
  '[[ -z ${PROMPT_COMMAND+1} || ${__hrm_rex_prompt+1} ]] || {',
  '__hrm_rex_prompt=("${PROMPT_COMMAND[@]}"); \\builtin unset -v PROMPT_COMMAND; }',
].join('\n');

/** Brings them back. */
const showVariables = [
  '__hrm_rex_hidden=',
  '[[ -z ${__hrm_rex_ps1+1} ]] || { PS1=$__hrm_rex_ps1; \\builtin unset -v __hrm_rex_ps1; }',
  '[[ -z ${__hrm_rex_tmout+1} ]] || { TMOUT=$__hrm_rex_tmout; \\builtin unset -v __hrm_rex_tmout; }',
  '[[ -z ${__hrm_rex_prompt+1} ]] || {',
  'PROMPT_COMMAND=("${__hrm_rex_prompt[@]}"); \\builtin unset -v __hrm_rex_prompt; }',
].join('\n');

/** Whether bash can have them in sight: a prompt that expands nothing only goes to /dev/null. */
const harmless = [
  '-z ${TMOUT+1}${PROMPT_COMMAND+1} &&',
  '( ${PS1-} == "$__hrm_rex_prompt_text" || ${PS1-} != *[\\$\\`]* )',
].join(' ');

/**
 * What SIGURG does to a running script: SIGINT between two of its commands, by which the shell drops the rest; from the
 * second time on without the script's own trap on SIGINT. Prompts go first: the shell comes to its top level with none.
 */
function urgentText(): string {
  const steps = [hideVariables, '(( ! __hrm_rex_urged++ )) || \\trap - INT', '\\kill -INT $$'];
  return `[[ -z $__hrm_rex_run || -n $__hrm_rex_status ]] || { ${steps.join('; ')}; }`;
}

/** What every run has at hand, by the name of the variable that holds it. */
const constants = {
  __hrm_rex_open: showVariables,
  __hrm_rex_calm: `[[ $__hrm_rex_status == 0 ]] || ${parserReset}; \\builtin set +xv`,
  __hrm_rex_hide: hideVariables,
  /** The prompt of an interactive bash. */
  __hrm_rex_prompt_text: '\\s-\\v\\$ ',
} as const;

function evaluate(name: keyof typeof constants): string {
  return `\\builtin eval "$${name}"`;
}

/** Takes flags and traps away from the shell and shows the traps. There is nothing to calm after a success that left `flags`. */
function captureText(tokens: Tokens, status: string, traced: boolean, flags = ''): string {
  const isCalm = flags === '' || /[xv]/.test(flags) ? '' : `[[ $__hrm_rex_status$- == 0${flags} ]] || `;
  const calm = `${isCalm}${evaluate('__hrm_rex_calm')}`;
  const unmark = traced ? [`[[ -z \${PS4+1} ]] || PS4=\${PS4#${levelMark}}`] : [];
  const traps = [
    `\\builtin printf %s ${tokens.state} >&${channelOutput}`,
    `\\builtin trap -p DEBUG RETURN ERR >&${channelOutput}`,
    '\\builtin trap - DEBUG RETURN ERR',
  ];
  const steps = [`__hrm_rex_status=${status} __hrm_rex_flags=$-`, safety, calm, ...unmark, ...traps];
  return `{ ${steps.join('; ')}; } ${silently}`;
}

/** Shows the end. SIGINT before that leaves the rest to the second line. */
function reportText(tokens: Tokens, separate: boolean): string {
  const report = `'${tokens.end}%s:%s:%s\\n' "$__hrm_rex_status" "$__hrm_rex_flags" "$$"`;
  const shown = `\\builtin printf ${report} >&${channelOutput}`;
  return separate ? `${shown}; \\builtin printf '${tokens.end}\\n' >&${channelError}` : shown;
}

/** The run is over. */
const overText = `__hrm_rex_run=; [[ ${harmless} ]] || { ${evaluate('__hrm_rex_hide')}; } ${silently}`;

/** Whether `set -x` is on, or may be switched on, while a script runs. */
function mayTrace(script: string, flags: string): boolean {
  return flags.includes('x') || /\bset\s+(-\w+\s+)*-\w*x|\bxtrace\b/.test(script);
}

/** A trace without the two levels of nesting that the protocol adds to each line. */
export function withoutLevels(text: string): string {
  return text.replace(markedLevels, (marks, first: string) => first.repeat(marks.length - first.length - 2));
}

/** A command whose only effect is `$?`. */
function statusText(status: number): string {
  return status === 0 ? ':' : `\\builtin . /dev/fd/${statusInput} ${statusInput}<<<'\\return ${status}'`;
}

/** Sets traps and traced flags again, unseen, as the script's first line; empty when there are none. */
function restoreText({ traps, flags, status }: ShellState): string {
  const traced = flags.replace(/[^xv]/g, '');
  if (traps === '' && traced === '') return '';
  const parts = [...traps.split('\n').filter(Boolean), ...(traced ? [`\\builtin set -${traced}`] : [])];
  return `{ ${parts.join('; ')}; ${statusText(traps.includes(' ERR') ? 0 : status)}; } >/dev/null 2>&1\n`;
}

/** The first line of a run: evaluates a script, given as latin1 text (one character a byte). */
function scriptText(script: string, tokens: Tokens, state: ShellState, options: ScriptOptions): string {
  const begin = [`\\builtin printf %s ${tokens.begin} >&${channelOutput}`];
  if (options.separate) begin.push(`\\builtin printf %s ${tokens.begin} >&${channelError}`);
  const open = [`[[ -z $__hrm_rex_hidden ]] || { ${evaluate('__hrm_rex_open')}; } 2>&${nowhere}`];
  if (options.traced) open.push(`{ [[ -z \${PS4+set} ]] || PS4=${levelMark}$PS4; } 2>&${nowhere}`);
  const wrapper = [
    ...begin,
    ...open,
    statusText(state.flags.includes('e') ? 0 : state.status),
    '\\builtin eval -- "$__hrm_rex_script"',
    captureText(tokens, '$?', options.traced, state.flags),
    reportText(tokens, options.separate),
  ].join('; ');
  // A line of its own: bash parses and does it while its caller reads the report. Streams that the script has moved stay so.
  const after = `${nextSafety}; \\exec ${scriptOutput}>&1 ${scriptError}>&2${options.openInput ? '' : ` ${scriptInput}<&0`}; ${overText}`;
  const streams = `<&${options.openInput ? programInput : scriptInput} >&${scriptOutput} 2>&${scriptError}`;
  return [
    `__hrm_rex_script=${quote(`${restoreText(state)}${script}\n`)} __hrm_rex_status= __hrm_rex_jump= __hrm_rex_urged=0 __hrm_rex_run=${tokens.run}; `,
    state.flags.includes('a') ? '\\builtin export -n __hrm_rex_script; ' : '',
    `\\builtin . /dev/fd/${wrapperInput} ${wrapperInput}<<<${quote(`${wrapper}\n${after}`)} ${streams}\n`,
  ].join('');
}

/**
 * The second line of a run: ends it, once, if the first could not. SIGINT can fall on the shell while it reads this line,
 * and then the line is lost; so it may be sent again.
 */
function endText(tokens: Tokens, separate: boolean, traced: boolean): string {
  const capture = `[[ -n $__hrm_rex_status ]] || { ${captureText(tokens, '$__hrm_rex_jump', traced)}; }`;
  const steps = `${capture}; ${reportText(tokens, separate)}; ${nextSafety}; ${overText}`;
  return `__hrm_rex_jump=$?; [[ $__hrm_rex_run != ${tokens.run} ]] || \\builtin eval -- ${quote(steps)}\n`;
}

/** Makes the terminal pass bytes as they are, without echo. */
export const plainTerminalText: string = `\\command stty -echo -onlcr <&${programInput}\n`;

/** Reads and drops what a program left unread of the caller's input, or everything up to a line. */
function drainText(line?: string): string {
  if (line === undefined) {
    return `while \\builtin read -r -t 0.002 -N 4096 -u ${programInput} __hrm_rex_rest; do :; done\n`;
  }
  const read = `\\builtin read -r -t 2 -u ${programInput} __hrm_rex_rest`;
  return `while ${read} && [[ $__hrm_rex_rest != *${line}* ]]; do :; done\n`;
}

/** Reports what an interrupt needs to know, before a script runs. */
function factsText(token: string): string {
  const steps = [
    '__hrm_rex_time= __hrm_rex_jobs=',
    '! \\builtin read -r __hrm_rex_time </proc/uptime',
    '! \\builtin read -r __hrm_rex_jobs </proc/$$/task/$$/children',
    `\\builtin printf '%s%s:%s\\003' '${token}' "$__hrm_rex_time" "$__hrm_rex_jobs" >&${channelOutput}`,
  ];
  return `{ ${steps.join('; ')}; } 2>/dev/null\n`;
}

/** A script that succeeds when another one parses, and shows bash's message when it does not. */
function syntaxScript(script: string): string {
  const wrapped = quote(`__hrm_rex_parse() { :\n${script}\n}`);
  const check = `\\command bash -n <<<${quote(script)}`;
  return `if \\builtin eval -- ${wrapped} 2>/dev/null; then \\builtin unset -f __hrm_rex_parse; else ${check}; fi`;
}

/** What a session says to bash. */
export const bashDialect: ShellDialect = {
  shellArguments: ['--norc', '--noprofile', '--noediting', '-i'],
  controlPath: false,
  bootText,
  startupScript,
  syntaxScript,
  scriptText,
  endText,
  endAfterBegin: false,
  drainText,
  factsText,
  mayTrace,
};
