import { randomId } from '../../core/ids.ts';
import { quote } from '../../core/quote.ts';
import { treeVariable } from '../process/end-tree.ts';

/*
 * The shell side of a start. A launcher runs the program as its child, and frames what the program prints: START with the
 * process id, or with what is in the way, comes before its first byte, END with its exit code after its last. So the end
 * is known however many descendants keep the streams open, whatever the link makes of exit codes.
 *
 * The launcher carries no mark: it outlives the tree it reports on. The program's first shell has it from birth.
 */

/** How a program is started in a target. */
export interface LaunchPlan {
  readonly argv: readonly [string, ...string[]];
  /** Absolute. */
  readonly cwd: string;
  /** Variables that are set. */
  readonly env: Readonly<Record<string, string>>;
  /** Variables that are removed. */
  readonly removed: readonly string[];
  /** Whether `env` is the whole environment. */
  readonly replaceEnv: boolean;
  /** Value of the tree's mark. */
  readonly mark: string;
  /** Shell text that the program's environment is prepared with last. */
  readonly prelude?: string;
  /** The program's streams. */
  readonly streams: LaunchStreams;
}

/** What a program reads and writes. */
export interface LaunchStreams {
  /**
   * `closed`: no input. `stream`: the stream's input. `shell`: the stream's input, and as descriptor 3 a pipe that others
   * can write to. `aside`: that pipe, and the stream's input as descriptor 3.
   */
  readonly input: 'closed' | 'stream' | 'shell' | 'aside';
  /** Whether the stream is a terminal. */
  readonly terminal: boolean;
  /** Standard error goes where standard output goes. */
  readonly merged: boolean;
}

/** Random texts that frame a program's output. */
export interface LaunchTokens {
  readonly start: string;
  readonly end: string;
}

/** Longest script that is passed as one argument; a longer one is read from the stream's input. */
const argumentBytes = 120 * 1024;

/** A launch as a stream is opened with it. */
export interface LaunchText {
  readonly script: string;
  /** To be written to the stream first. */
  readonly prefix: string;
}

/** Writes a launch. */
export function launchText(plan: LaunchPlan, tokens: LaunchTokens): LaunchText {
  const { input, terminal, merged } = plan.streams;
  const lines = [
    `set -- ${[plan.cwd, environmentText(plan), ...plan.argv].map(quote).join(' ')}`,
    `__B=${quote(programText(tokens))}`,
    `__L=${quote(launcherText(plan))}`,
    keepAlive,
    'exec 7>&1 8>&2',
    input === 'shell' || input === 'aside' ? `exec 5<&0; : | {\n${pipeText}` : '{ __I=',
    reportText(tokens, terminal || merged),
    '}',
  ];
  const script = lines.join('\n');
  if (Buffer.byteLength(script) < argumentBytes) return { script, prefix: '' };
  const last = `# ${randomId()}`;
  const collect = `while IFS= read -r l && [ "$l" != '${last}' ]; do printf '%s\\n' "$l"; done`;
  return { script: `eval "$(${collect})"`, prefix: `${script}\n${last}\n` };
}

/**
 * Makes descriptor 6 a pipe that is open in both directions, and I a path by which others write to it. The launcher
 * keeps it open, so its reader never sees an end.
 */
const pipeText = `if (exec 6<>/proc/self/fd/0) 2>/dev/null; then
exec 6<>/proc/self/fd/0; read -r __p __I </proc/self/stat; __I=/proc/$__p/fd/6
else
__I=\${TMPDIR:-/tmp}/.hrm-rex-$$; rm -f "$__I"; mkfifo -m 600 "$__I" && exec 6<>"$__I"
fi`;

/** What is sent to a whole process group does not end the launcher; its program begins without these traps. */
const keepAlive = 'trap : HUP INT QUIT TERM USR1 USR2 ALRM';

/** Where a program's descriptors come from. */
const inputs: Readonly<Record<LaunchStreams['input'], string>> = {
  closed: '</dev/null',
  stream: '',
  shell: '<&5 3<&6 5<&- 6<&-',
  aside: '<&6 3<&5 5<&- 6<&-',
};

/** Runs the program and waits for it. */
function launcherText(plan: LaunchPlan): string {
  const { replaceEnv, mark } = plan;
  const { input, terminal, merged } = plan.streams;
  const error = terminal || merged ? '2>&7' : '2>&8';
  const redirections = `${inputs[input]} >&7 ${error} 7>&- 8>&-`;
  const environment = replaceEnv ? `env -i ${treeVariable}=${mark}` : '';
  return [
    keepAlive,
    terminal ? '__S=' : '__S=; if command -v setsid >/dev/null 2>&1; then __S=setsid; fi',
    ...(replaceEnv ? [] : [`export ${treeVariable}=${mark}`]),
    `(exec $__S ${environment} /bin/sh -c "$__B" /bin/sh "$__I" "$@" ${redirections})`,
    'exit $?',
  ].join('\n');
}

/**
 * Shells say in words when a signal ended a program, which tells it from an exit with the same code. Bash does so only
 * for programs of its own top level, so there the launcher is a shell of its own.
 */
function reportText(tokens: LaunchTokens, oneStream: boolean): string {
  return [
    'if [ "${BASH_VERSION-}" ]; then',
    'export __I __B; __m=$(/bin/sh -c "$__L" /bin/sh "$@" 2>&1); __s=$?',
    'else __m=$(eval "$__L" 2>&1); __s=$?; fi',
    `printf '${unprinted(tokens.end)}%s:%s\\003' "$__s" "$__m" >&7`,
    ...(oneStream ? [] : [`printf '${unprinted(tokens.end)}' >&8`]),
    'case $__I in */.hrm-rex-*) rm -f "$__I" ;; esac',
  ].join('\n');
}

/** A token as `printf` makes it, so that a list of processes with their arguments does not show it as it is. */
function unprinted(token: string): string {
  return token.replace(/[^0-9a-f]/g, (control) => `\\00${control.charCodeAt(0)}`);
}

/** The program's own shell: reports START, then becomes the program. */
function programText(tokens: LaunchTokens): string {
  const [start, end] = [unprinted(tokens.start), unprinted(tokens.end)];
  return `__no() { printf '${start}-%s\\n' "$1"; exit 126; }
__I=$1; shift
if [ ! -d "$1" ]; then __no cwd; fi
cd "$1" 2>/dev/null || __no EACCES
unset OLDPWD
eval "$2"
shift 2
case $1 in
*/*) __f=$1; [ -e "$__f" ] || __no ENOENT ;;
*) __f=; __n=ENOENT; set -f; IFS=:
for __d in \${PATH-/usr/local/bin:/usr/bin:/bin}; do
__c=\${__d:-.}/$1
[ -f "$__c" ] || continue
__n=EACCES
if [ -x "$__c" ]; then __f=$__c; break; fi
done
unset IFS; set +f
[ "$__f" ] || __no $__n ;;
esac
if [ -d "$__f" ] || [ ! -x "$__f" ]; then __no EACCES; fi
case $1 in -*) shift; set -- "$__f" "$@" ;; esac
trap 'printf "${end}!%s:\\003" $?' EXIT
printf '${start}%s %s\\n' $$ "$__I"
unset __B __I __d __n __c __f
eval "$__E"`;
}

/** Names that a shell cannot set to any value, or acts upon. */
const special =
  /^(?:IFS|PWD|OLDPWD|OPTIND|_|PPID|E?UID|GROUPS|SHLVL|BASH\w*|SHELLOPTS|LINENO|RANDOM|SECONDS|PS[124]|__\w)$/;

/** Shell text that makes the environment; what a shell cannot set, `env` sets last. */
function environmentText({ env, removed, replaceEnv, mark, prelude }: LaunchPlan): string {
  const lines = replaceEnv ? ['unset PWD; [ -z "${BASH_VERSION-}" ] || export -n SHLVL'] : [];
  const late: string[] = [];
  for (const name of removed) if (/^[A-Za-z_]\w*$/.test(name)) lines.push(`unset ${name}`);
  for (const [name, value] of Object.entries({ ...env, [treeVariable]: mark })) {
    if (/^[A-Za-z_]\w*$/.test(name) && !special.test(name)) lines.push(`export ${name}=${quote(value)}`);
    else late.push(quote(`${name}=${value}`));
  }
  if (prelude !== undefined) lines.push(prelude);
  const program = `exec ${late.length > 0 ? `env ${late.join(' ')} ` : ''}"$@"`;
  lines.push(`__E=${quote(`unset __E; ${program}`)}`);
  return lines.join('\n');
}
