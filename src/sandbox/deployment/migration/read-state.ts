import { Buffer } from 'node:buffer';
import { RexError } from '../../../core/errors.ts';
import { randomId } from '../../../core/ids.ts';
import type { Session } from '../../session/session.ts';
import type { ShellDefinition } from './session-snapshot.ts';

/** All that a bash tells about itself. Texts have one character a byte. */
export interface ShellState {
  readonly cwd: string;
  readonly umask: string;
  readonly options: readonly string[];
  readonly variables: readonly ShellDefinition[];
  readonly functions: readonly ShellDefinition[];
  readonly aliases: readonly ShellDefinition[];
}

const kinds = { v: 'variables', f: 'functions', a: 'aliases' } as const;

/** Most bytes of a state, as hexadecimal digits. */
const largestStateBytes = 64 * 1024 * 1024;

/**
 * Reads the state of a session, changing nothing in it.
 * @throws UNSUPPORTED for a shell that is not bash or a target without `od`, SESSION_BUSY while a background job prints
 */
export async function readState(session: Session, signal?: AbortSignal): Promise<ShellState> {
  const token = randomId(32);
  const options = { maxOutputBytes: largestStateBytes, ...(signal ? { signal } : {}) };
  const { output } = await session.run(stateScript(token), options);
  const printed = output.split(token)[1];
  if (printed === undefined) {
    throw unsupported(`the state of session ${session.name} cannot be read`, 'migration of a shell that is not bash');
  }
  if (printed.trim() === '') throw unsupported('the target has no `od`', 'migration without `od` in the target');
  if (!/^[\s0-9a-f]*$/.test(printed)) {
    const context = { session: session.name, running: 'a background job that prints' };
    const hint = 'Wait until it is quiet, or end it, and take the snapshot again.';
    throw new RexError('SESSION_BUSY', `a background job of session ${session.name} prints`, context, { hint });
  }
  return parseState(Buffer.from(printed.replaceAll(/\s+/g, ''), 'hex').toString('latin1'));
}

/**
 * Prints the state in hexadecimal digits between two tokens: any byte passes. A subshell reads it, unseen by traces and
 * traps, and keeps its changes to itself. A record is a kind, a name, NUL, a text, NUL.
 */
function stateScript(token: string): string {
  const each = (kind: string, list: string, show: string): string =>
    `\\builtin compgen ${list} | while IFS= \\builtin read -r __hrm_rex_name; do ` +
    `\\builtin printf '${kind}%s\\0' "$__hrm_rex_name"; ${show} "$__hrm_rex_name"; \\builtin printf '\\0'; done`;
  const steps = [
    "\\builtin printf 'o\\0'; \\builtin shopt -p; \\builtin set +o; \\builtin printf '\\0'",
    '\\builtin set +euxv',
    '\\builtin printf \'d\\0%s\\0\' "$PWD"',
    '\\builtin printf \'u\\0%s\\0\' "$(\\builtin umask)"',
    each('v', '-v', '\\builtin declare -p --'),
    each('f', '-A function', '\\builtin declare -f --'),
    "\\builtin printf 'x\\0'; \\builtin declare -F; \\builtin printf '\\0'",
    // In POSIX mode bash shows an alias without the word.
    each('a', '-a', '\\builtin set +o posix; \\builtin alias --'),
  ];
  return `if [ -n "\${BASH_VERSION-}" ]; then ( \\builtin trap - DEBUG; \\builtin printf '%s\\n' ${token}
(${steps.join('\n')}) | \\command od -An -v -tx1 || :
\\builtin printf '%s\\n' ${token} ) 2>/dev/null; fi`;
}

function parseState(text: string): ShellState {
  const parts = text.split('\0');
  const state = { cwd: '', umask: '022', options: [] as string[] };
  const found = {
    variables: [] as ShellDefinition[],
    functions: [] as ShellDefinition[],
    aliases: [] as ShellDefinition[],
  };
  let attributes = new Map<string, string>();
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const head = parts[at] as string;
    const body = parts[at + 1] as string;
    const kind = head.charAt(0);
    if (kind === 'o') state.options = body.trim().split('\n');
    else if (kind === 'd') state.cwd = Buffer.from(body, 'latin1').toString();
    else if (kind === 'u') state.umask = body;
    else if (kind === 'x') attributes = attributesOf(body);
    else if (kind in kinds && body !== '') {
      found[kinds[kind as keyof typeof kinds]].push({ name: head.slice(1), command: body });
    }
  }
  const functions = found.functions.map(({ name, command }) => ({
    name,
    command: command + (attributes.get(name) ?? ''),
  }));
  return { ...state, ...found, functions };
}

/** Commands that give functions their attributes again, from lines such as `declare -fx name`. */
function attributesOf(listed: string): Map<string, string> {
  const pairs = [...listed.matchAll(/^declare -f([a-z]+) (.+)$/gm)].map(([line, flags, name]) => {
    return [name as string, (flags as string).includes('r') ? '' : `${line}\n`] as const;
  });
  return new Map(pairs);
}

function unsupported(message: string, feature: string): RexError<'UNSUPPORTED'> {
  return new RexError(
    'UNSUPPORTED',
    message,
    { feature },
    { hint: 'Sessions of bash with `od` (GNU, busybox) can move.' },
  );
}
