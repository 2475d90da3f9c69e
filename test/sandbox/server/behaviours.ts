import { readFile } from 'node:fs/promises';

/** What the original answered to one step; long texts are cut as `head...<N chars>...tail`. */
export interface RecordedStep {
  readonly cmd: string;
  readonly output?: string;
  readonly exit_code?: number | null;
  readonly expect?: string;
  readonly exc?: string;
  readonly msg?: string;
}

/** One recorded scenario: steps in a session of its own. */
export interface Behaviour {
  readonly name: string;
  readonly steps: readonly RecordedStep[];
}

/** The recorded scenarios. */
export async function readBehaviours(): Promise<readonly Behaviour[]> {
  const text = await readFile(new URL('../../fixtures/swe-rex/behaviours.jsonl', import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Behaviour);
}

const lines = Array.from({ length: 2_000 }, (_, index) => `line ${index}\n`).join('');

/** Commands that the recording cut, whole again; their recorded lengths fit. */
const wholeCommands: Readonly<Record<string, string>> = {
  '5 kB one-line command': `echo ${'y'.repeat(5_000)}`,
  '100 kB one-line command': `echo ${'y'.repeat(100_000)} | wc -c`,
  'heredoc 2000 lines': `cat > /dev/null <<'EOF'\n${lines}EOF\necho ok`,
  'interrupt python ignoring SIGINT and SIGTSTP':
    "python -c 'import signal,time\nsignal.signal(2,signal.SIG_IGN);signal.signal(signal.SIGTSTP,signal.SIG_IGN)\ntime.sleep(20)'",
  'SIGPIPE disposition':
    "trap -p; python -c 'import signal; print(signal.getsignal(signal.SIGPIPE))'; grep SigIgn /proc/self/status",
};

/** The request that a step stands for; what the recording does not say follows from the scenario's name. */
export function toRequest({ name }: Behaviour, step: RecordedStep, session: string): object {
  if (step.cmd === '<interrupt>') return { action_type: 'bash_interrupt', session };
  const command = step.cmd.includes(' chars>...') ? wholeCommands[name] : step.cmd.replace(...longerWait);
  const timeout = Number(/timeout after ([\d.]+) seconds/.exec(step.msg ?? '')?.[1] ?? 10) * patience(name);
  const interactive = name.includes('repl') && step.cmd !== 'echo still-alive';
  const isQuit = interactive && step.cmd.startsWith('quit');
  const isOrdinary = step.expect === undefined || /^(SHELLPS1PREFIX|UNIQUESTRING29234)$/.test(step.expect);
  return {
    action_type: 'bash',
    session,
    command,
    timeout,
    check: name === 'check ignore' ? 'ignore' : name === 'check raise' || name === 'error_msg' ? 'raise' : 'silent',
    error_msg: name === 'error_msg' ? 'ctx' : '',
    expect: isOrdinary ? [] : [step.expect],
    is_interactive_command: interactive && !isQuit,
    is_interactive_quit: isQuit,
  };
}

/** A command waits longer than in the recording for a job in the background, which a busy machine may delay. */
const longerWait = ['sleep 0.6;', 'sleep 3;'] as const;

/** Pythons may start slowly: what interrupts them waits longer than in the recording. */
function patience(name: string): number {
  return name.includes('python') ? 4 : 1;
}

/** The recorded message with the time that the replay allows. */
export function toMessage({ name }: Behaviour, { msg = '' }: RecordedStep): string {
  const seconds = (text: string) => (Number(text) * patience(name)).toFixed(1);
  return msg.replace(/(?<=^timeout after )[\d.]+/, seconds);
}

/** True when a text is the recorded one, of which only both ends and the length may be known. */
export function isRecordedText(recorded: string, text: string): boolean {
  const cut = /\.\.\.<(\d+) chars>\.\.\./.exec(recorded);
  if (cut === null) return recorded === text;
  const head = recorded.slice(0, cut.index);
  const tail = recorded.slice(cut.index + cut[0].length);
  return text.length === Number(cut[1]) && text.startsWith(head) && text.endsWith(tail);
}
