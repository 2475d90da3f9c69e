import { quote } from '../../core/quote.ts';
import { programInput } from './channel.ts';
import type { ShellDialect } from './shell-dialect.ts';
import { plainTerminalText, type ScriptOptions, type ShellState, type Tokens } from './shell-text.ts';

/*
 * The shell side of the session protocol for a POSIX sh: dash, busybox ash and their like.
 *
 * It is the protocol of bash with less to hold on to. The shell runs interactively, so that errors of special builtins,
 * syntax errors and SIGINT return to its top level and do not end it. There it forgets what it has read ahead, so the second
 * line of a run is sent only when BEGIN has come: the first line is read whole by then. A run that nothing throws out of
 * its first line shows END there, and its second line does nothing.
 *
 * Only descriptors below 10 can be named. At the top level standard output is the script's, standard error is nowhere, and
 * standard input is the control stream.
 */

/** Private descriptors: the script's standard error between runs, and the channel's two ends. */
const scriptError = 7;
const channelError = 8;
const channelOutput = 9;

function bootText({ separate, terminal }: { readonly separate: boolean; readonly terminal: boolean }): string {
  const lines = [
    'PS1= PS2=',
    `\\exec ${channelOutput}>&1 ${scriptError}>&${separate ? 2 : 1}${separate ? ` ${channelError}>&2` : ''} 2>/dev/null`,
    '\\[ -z "${HRM_REX_ENV+x}" ] || { ENV=$HRM_REX_ENV; \\export ENV; \\unset HRM_REX_ENV; }',
    '__hrm_rex_return() { \\return "$1"; }',
    `\\trap ${quote(urgentText)} URG`,
  ];
  if (terminal) lines.push(plainTerminalText.trimEnd());
  return `${lines.join('\n')}\n`;
}

/** What SIGURG does to a running script; see the dialect of bash. */
const urgentText = [
  '\\[ -z "$__hrm_rex_run" ] || \\[ -n "$__hrm_rex_status" ] || {',
  '\\[ -z "$__hrm_rex_urged" ] || \\trap - INT; __hrm_rex_urged=yes; \\command kill -s INT $$; }',
].join(' ');

function startupScript(loadRc: boolean, sources: readonly string[]): string {
  const lines = loadRc ? ['if [ -n "${ENV-}" ] && [ -r "$ENV" ]; then . "$ENV"; fi'] : [];
  for (const source of sources) {
    const path = quote(source.includes('/') ? source : `./${source}`);
    const missing = `echo ${quote(`cannot read ${source}`)}; (exit 66)`;
    lines.push(`if [ -r ${path} ]; then . ${path}; else ${missing}; fi || hrm_rex_failed=$?`);
  }
  lines.push('if [ "${hrm_rex_failed-}" ]; then (exit "$hrm_rex_failed"); fi');
  return lines.join('\n');
}

/** Takes status and flags, and the flags that would be seen, from the shell. */
function captureText(status: string): string {
  return `{ __hrm_rex_status=${status} __hrm_rex_flags=$-; \\set +xv; \\unset -f command; } 2>/dev/null`;
}

function reportText({ state, end }: Tokens, separate: boolean): string {
  const report = `'${state}${end}%s:%s:%s\\n' "$__hrm_rex_status" "$__hrm_rex_flags" "$$"`;
  const error = separate ? `\\command printf '${end}\\n' >&${channelError}; ` : '';
  return `\\command printf ${report} >&${channelOutput}; ${error}__hrm_rex_run=`;
}

function scriptText(script: string, tokens: Tokens, state: ShellState, options: ScriptOptions): string {
  const { separate, openInput, terminal } = options;
  const status = state.flags.includes('e') ? 0 : state.status;
  const traced = state.flags.replace(/[^xv]/g, '');
  const restore = traced === '' ? '' : `{ \\set -${traced}; __hrm_rex_return ${status}; } 2>/dev/null\n`;
  const begin = [`\\command printf %s '${tokens.begin}' >&${channelOutput}`];
  if (separate) begin.push(`\\command printf %s '${tokens.begin}' >&${channelError}`);
  const steps = [
    ...begin,
    `__hrm_rex_return ${status}`,
    '\\eval "$__hrm_rex_script"',
    captureText('$?'),
    `\\exec ${scriptError}>&2`,
  ];
  const input = openInput || terminal ? `<&${programInput}` : '</dev/null';
  const run = `__hrm_rex_status= __hrm_rex_urged= __hrm_rex_run=${tokens.run}`;
  return `__hrm_rex_script=${quote(`${restore}${script}\n`)} ${run}; { ${steps.join('; ')}; } ${input} 2>&${scriptError}; ${reportText(tokens, separate)}\n`;
}

function endText(tokens: Tokens, separate: boolean): string {
  const capture = `\\[ -n "$__hrm_rex_status" ] || ${captureText('$__hrm_rex_jump')}`;
  const steps = `${capture}; ${reportText(tokens, separate)}`;
  return `__hrm_rex_jump=$?; \\[ "$__hrm_rex_run" != ${tokens.run} ] || { ${steps}; }\n`;
}

/** Without a line there is no way to tell what is there, for want of `read -t`. */
function drainText(line?: string): string {
  if (line === undefined) return '';
  const read = (how: string): string => `IFS= \\command read ${how} __hrm_rex_rest <&${programInput}`;
  const next = `${read('-t 2 -r')} || { \\[ $? = 2 ] && ${read('-r')}; }`;
  return `while { ${next}; } 2>/dev/null; do case $__hrm_rex_rest in *${line}*) break ;; esac; done\n`;
}

function factsText(token: string): string {
  const steps = [
    '__hrm_rex_time= __hrm_rex_jobs=',
    '\\[ ! -r /proc/uptime ] || ! \\command read -r __hrm_rex_time __hrm_rex_rest </proc/uptime',
    '\\[ ! -r /proc/$$/task/$$/children ] || ! \\command read -r __hrm_rex_jobs </proc/$$/task/$$/children',
    `\\command printf '%s%s:%s\\003' '${token}' "$__hrm_rex_time" "$__hrm_rex_jobs" >&${channelOutput}`,
  ];
  return `${steps.join('; ')}\n`;
}

/** An interactive sh reads the file that ENV names before it can be told not to. */
export const shPrelude: string = 'if \\[ "${ENV+x}" ]; then export HRM_REX_ENV="$ENV"; unset ENV; fi';

/**
 * What a session says to a POSIX sh.
 * @param shell the program, as it was started.
 */
export function makeShDialect(shell: string): ShellDialect {
  return {
    // Busybox takes an interrupted read of its standard input for the end, but not one of a file.
    shellArguments: ['-i', '+m', '/dev/stdin'],
    controlPath: true,
    bootText,
    startupScript,
    syntaxScript: (script) => `\\command ${quote(shell)} -n -c ${quote(script)}`,
    scriptText,
    endText,
    endAfterBegin: true,
    drainText,
    factsText,
    mayTrace: () => false,
  };
}
