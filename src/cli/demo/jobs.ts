import { randomBytes } from 'node:crypto';
import { RexError } from '../../core/errors.ts';
import type { Session } from '../../sandbox/session/session.ts';

/** One step of a job: a script, and what must be true of its output. */
export interface Step {
  readonly script: string;
  readonly expect: string | RegExp;
}

/** A piece of work that one shell does from beginning to end. */
export interface Job {
  readonly title: string;
  steps(number: number): readonly Step[];
}

/** What a job reports while it runs. */
export type Report = (progress: { readonly done: number; readonly of: number; readonly note?: string }) => void;

const gitIdentity =
  'export GIT_AUTHOR_NAME=rex GIT_AUTHOR_EMAIL=rex@example.com GIT_COMMITTER_NAME=rex GIT_COMMITTER_EMAIL=rex@example.com';

/** The kinds of work of the demonstration; thirty shells share them. */
const jobs: readonly Job[] = [
  {
    title: 'git history',
    steps: (number) => [
      { script: `${gitIdentity}; git init --quiet repository && cd repository && pwd`, expect: /repository\n$/ },
      {
        script: 'for i in 1 2 3 4 5; do echo "line $i" >> log.txt; git add . && git commit --quiet -m "step $i"; done',
        expect: '',
      },
      { script: `git checkout --quiet -b agent-${number} HEAD~2 && git rev-list --count HEAD`, expect: '3\n' },
      { script: 'git merge --quiet --no-edit - >/dev/null && wc -l < log.txt', expect: /^\s*5\n$/ },
    ],
  },
  {
    title: 'sort and verify',
    steps: (number) => [
      {
        script: `awk -v seed=${number} 'BEGIN { srand(seed); for (i = 0; i < 40000; i++) print int(rand() * 1e9) }' > numbers`,
        expect: '',
      },
      { script: 'sort -n numbers > sorted && sort -n -c sorted && wc -l < sorted', expect: /^\s*40000\n$/ },
      { script: 'cmp <(sort numbers) <(sort sorted) && echo same', expect: 'same\n' },
    ],
  },
  {
    title: 'primes in bash',
    steps: () => [
      { script: 'limit=4000; declare -a crossed', expect: '' },
      {
        script:
          'for ((i = 2; i * i <= limit; i++)); do [[ ${crossed[i]} ]] && continue\n  for ((j = i * i; j <= limit; j += i)); do crossed[j]=1; done\ndone',
        expect: '',
      },
      {
        script: 'count=0; for ((i = 2; i <= limit; i++)); do [[ ${crossed[i]} ]] || ((++count)); done; echo "$count"',
        expect: '550\n',
      },
    ],
  },
  {
    title: 'archive and back',
    steps: (number) => [
      {
        script:
          'mkdir -p tree/{a,b,c} && for f in tree/{a,b,c}/{1,2,3}.txt; do echo "$RANDOM" > "$f"; done; ln -s a tree/link',
        expect: '',
      },
      {
        script: `tar -czf tree-${number}.tar.gz tree && mkdir out && tar -xzf tree-${number}.tar.gz -C out`,
        expect: '',
      },
      { script: 'diff -r tree out/tree && readlink out/tree/link', expect: 'a\n' },
    ],
  },
  {
    title: 'node program',
    steps: (number) => [
      {
        script: `cat > sum.mjs <<'PROGRAM'\nconst [, , last] = process.argv;\nconsole.log(Array.from({ length: +last }, (_, i) => i + 1).reduce((a, b) => a + b));\nPROGRAM`,
        expect: '',
      },
      { script: `node sum.mjs ${number + 100}`, expect: `${((number + 100) * (number + 101)) / 2}\n` },
    ],
  },
  {
    title: 'checksums',
    steps: () => [
      { script: 'head -c 3000000 /dev/urandom > blob && sha256sum blob > blob.sha256', expect: '' },
      { script: 'split -b 500000 blob part. && cat part.* | cmp - blob && echo whole', expect: 'whole\n' },
      { script: 'sha256sum --quiet -c blob.sha256 && echo good', expect: 'good\n' },
    ],
  },
  {
    title: 'a step that fails',
    steps: () => [
      {
        script: 'make_report() { [[ -f data ]] && wc -c < data; }; make_report || echo "no data yet"',
        expect: 'no data yet\n',
      },
      { script: 'printf 12345 > data; make_report', expect: /^\s*5\n$/ },
    ],
  },
];

const troubledShells: ReadonlySet<number> = new Set([11, 23]);

/** What a shell does; undefined for one whose work goes wrong on purpose, see {@link troubled}. */
export function jobOf(shell: number): Job | undefined {
  return troubledShells.has(shell) ? undefined : jobs[shell % jobs.length];
}

/** A shell's work in few words. */
export function titleOf(shell: number): string {
  return jobOf(shell)?.title ?? 'hangs, then exits';
}

/** Work that goes wrong on purpose: a command that hangs and a shell that exits; both recover. */
export async function troubled(open: () => Promise<Session>, report: Report): Promise<number> {
  report({ done: 0, of: 3, note: 'hangs' });
  const first = await open();
  const hung = await first.run('echo before; sleep 60', { timeoutMs: 400 }).catch((error: unknown) => error);
  if (!RexError.is(hung, 'COMMAND_TIMEOUT') || hung.context.output !== 'before\n')
    throw new Error('the hang was not caught');
  report({ done: 1, of: 3, note: 'shell exits' });
  const ended = await first.run('exit 7').catch((error: unknown) => error);
  if (!RexError.is(ended, 'SESSION_ENDED') || ended.context.exitCode !== 7)
    throw new Error('the exit was not reported');
  report({ done: 2, of: 3, note: 'recovers' });
  await using second = await open();
  check(await second.run('echo back'), { script: 'echo back', expect: 'back\n' });
  report({ done: 3, of: 3 });
  return 3;
}

/** Runs a job's steps in a shell and closes it; returns how many commands it took. */
export async function work(opened: Session, job: Job, number: number, report: Report): Promise<number> {
  await using session = opened;
  const steps = job.steps(number);
  const token = randomBytes(4).toString('hex');
  await session.run(`agent=${token}`);
  for (const [index, step] of steps.entries()) {
    report({ done: index, of: steps.length });
    check(await session.run(step.script, { timeoutMs: 60_000 }), step);
  }
  check(await session.run('echo "$agent"'), { script: 'echo "$agent"', expect: `${token}\n` });
  report({ done: steps.length, of: steps.length });
  return steps.length + 2;
}

function check({ output, exitCode }: { readonly output: string; readonly exitCode: number | null }, step: Step): void {
  const fits = typeof step.expect === 'string' ? output === step.expect : step.expect.test(output);
  if (fits && exitCode === 0) return;
  throw new Error(`"${step.script}" printed ${JSON.stringify(output)} with exit code ${exitCode}`);
}
