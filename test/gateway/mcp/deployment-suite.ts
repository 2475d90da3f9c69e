import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { type ServerProcess, startServer } from './server-process.ts';

/** A place for sandboxes, as the command line names it. */
export interface SuitePlace {
  readonly title: string;
  /** Arguments of `hrm-rex mcp`. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Name of the deployment that clients see. */
  readonly deployment: string;
  /** Whether a sandbox has all files of its place to itself, as a container has; else only those of its workspace. */
  readonly ownsFiles: boolean;
  /** Which of the languages are there. */
  readonly languages: readonly string[];
}

/** A number of seconds that nothing else sleeps. */
const makeMark = (): string => String(100_000_000 + randomInt(800_000_000));

/** How many processes in the sandbox sleep for a mark; the text that looks for it is not counted. */
async function sleepers({ call }: ServerProcess, mark: string): Promise<number> {
  const candidates = `$(grep -ls '[${mark[0]}]${mark.slice(1)}' /proc/[0-9]*/cmdline)`;
  const look = `for p in ${candidates}; do tr '\\0' ' ' 2>&1 < $p | grep '^sleep'; done; true`;
  const { value } = await call('exec', { command: look });
  return value.stdout.split('\n').filter(Boolean).length;
}

async function until(server: ServerProcess, mark: string, count: number): Promise<void> {
  while ((await sleepers(server, mark)) !== count);
}

const codeIn: Readonly<Record<string, string>> = {
  bash: 'echo $((6 * 7))',
  javascript: 'console.log(6 * 7)',
  python: 'print(6 * 7)',
};

/** What the fourteen tools do wherever sandboxes are: with a real server process on a place. */
export function deploymentSuite(place: SuitePlace): void {
  suite(`sandboxes by ${place.title}`, () => {
    let server: ServerProcess;
    before(async () => {
      server = await startServer(place.args, place.env);
    });
    after(() => server[Symbol.asyncDispose]());

    test('all fourteen tools work', async () => {
      const { call } = server;
      const { value: made, text } = await call('sandbox_create', { label: 'mine' });
      assert.equal(made?.deployment, place.deployment, text);
      const { sandbox } = made;
      const file = `dir/file-${makeMark()}`;
      assert.equal((await call('file_write', { sandbox, path: file, content: 'one\ntwo\n' })).value.written, 8);
      await call('file_write', { sandbox, path: file, content: 'TWO', old: 'two', mode: 'replace' });
      assert.deepEqual((await call('file_read', { sandbox, path: file })).value, { text: 'one\nTWO\n', total: 2 });
      const { matches } = (await call('file_search', { sandbox, path: 'dir', pattern: '^T.O$' })).value;
      assert.deepEqual(matches, [{ path: file, line: 2, text: 'TWO' }]);
      const { value } = await call('exec', { sandbox, command: `cat ${file}; pwd; echo bad >&2; exit 3` });
      assert.deepEqual([value.status, value.exit_code, value.stderr], ['exited', 3, 'bad\n']);
      assert.equal(value.stdout, `one\nTWO\n${made.workspace}\n`);
      for (const language of place.languages) {
        const { value: code, text: failure } = await call('run_code', { sandbox, language, code: codeIn[language] });
        assert.equal(code?.stdout, '42\n', failure);
      }
      const inSession = await call('exec', { sandbox, command: 'cd dir; X=5', session: 'new' });
      const { session } = inSession.value;
      assert.equal(
        (await call('exec', { sandbox, command: 'echo $X; basename "$PWD"', session })).value.stdout,
        '5\ndir\n',
      );
      const talk = 'echo ready; read line; echo "got $line"';
      const { value: job } = await call('exec', { sandbox, command: talk, interactive: true, wait_s: 0 });
      await call('job_input', { job: job.job, text: 'word', key: 'enter' });
      let read = (await call('job_read', { job: job.job, wait_s: 30 })).value;
      while (read.status === 'running')
        read = (await call('job_read', { job: job.job, offset: read.total, wait_s: 30 })).value;
      assert.equal((await call('job_read', { job: job.job })).value.text, 'ready\ngot word\n');
      const [listed] = (await call('sandbox_list')).value.sandboxes;
      assert.deepEqual([listed.sandbox, listed.label, listed.sessions], [sandbox, 'mine', [session]]);
      const { value: run } = await call('agent_run', { sandbox, task: `$ cat ${file}` });
      assert.match(run.output, /one\\nTWO/);
      assert.equal((await call('agent_status', { run: run.run })).value.status, 'done');
      assert.equal((await call('agent_cancel', { run: run.run })).value.status, 'done');
      await call('exec', { sandbox, command: `rm -r dir/${file.slice(4)}` });
      assert.deepEqual((await call('sandbox_destroy', { sandbox })).value, { destroyed: sandbox });
      assert.match((await call('exec', { sandbox, command: 'true' })).text, /HANDLE_UNKNOWN: .*it was destroyed/);
      assert.match((await call('job_read', { job: job.job })).value.text, /got word/);
      assert.match(server.said(), new RegExp(`sandboxes by ${place.deployment}`));
    });

    test('cancelling a request, a job or a run ends the whole tree there', async () => {
      const { call } = server;
      const [first, second, third, fourth] = [makeMark(), makeMark(), makeMark(), makeMark()];
      const tree = (mark: string) => `(sleep ${mark} &); sleep ${mark} & sleep ${mark}`;
      const cancelling = new AbortController();
      const cancelled = call('exec', { command: tree(first) }, { signal: cancelling.signal });
      await until(server, first, 3);
      cancelling.abort();
      await assert.rejects(cancelled);
      await until(server, first, 0);
      const { value: job } = await call('exec', { command: `setsid sleep ${second} & sleep ${second}`, wait_s: 0 });
      await until(server, second, 2);
      assert.equal((await call('job_cancel', { job: job.job })).value.status, 'killed');
      assert.equal(await sleepers(server, second), 0);
      const { value: run } = await call('agent_run', { task: `$ sleep ${third}`, wait_s: 0 });
      await until(server, third, 1);
      assert.equal((await call('agent_cancel', { run: run.run })).value.status, 'cancelled');
      await until(server, third, 0);
      const { value: late } = await call('exec', { command: `echo before; sleep ${fourth}`, timeout_s: 1 });
      assert.deepEqual([late.status, late.stdout], ['timeout', 'before\n']);
      assert.equal(await sleepers(server, fourth), 0);
    });

    test('file tools stay inside, whatever links and `..` say', async () => {
      const { call } = server;
      const mark = `links-${makeMark()}`;
      const links = `mkdir ${mark}; cd ${mark}; ln -s /etc etc; ln -s ../../../../../../../.. up; ln -s /tmp/none dangling`;
      await call('exec', { command: links });
      if (place.ownsFiles) {
        const { value } = await call('exec', { command: 'cat /etc/passwd' });
        assert.equal((await call('file_read', { path: `${mark}/etc/passwd` })).value.text, value.stdout);
      } else {
        for (const path of [`${mark}/etc/passwd`, '../../../../../../../../etc/passwd', '/etc/passwd'])
          assert.match((await call('file_read', { path })).text, /PATH_ESCAPE/, path);
        assert.match((await call('file_write', { path: `${mark}/dangling`, content: 'x' })).text, /PATH_ESCAPE/);
      }
      assert.match((await call('file_read', { path: `${mark}/up/../../none` })).text, /PATH_ESCAPE|FILE_NOT_FOUND/);
      const found = await call('file_search', { path: mark, pattern: 'root' });
      assert.deepEqual(found.value.matches, []);
      await call('exec', { command: `rm -r ${mark}` });
    });

    test('output of a flood without a line end is cut in the answer and whole in the log', async () => {
      const { value } = await server.call('exec', {
        command: "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo end >&2",
      });
      assert.equal(value.truncated, true);
      assert.ok(value.stdout.length < 14_000);
      assert.equal(value.stderr, 'end\n');
      const { value: tail } = await server.call('job_read', { job: value.job, offset: -16 });
      assert.equal(tail.total, 3_000_005);
      const { value: head } = await server.call('job_read', { job: value.job, offset: 1_500_000, limit: 16 });
      assert.equal(head.text, 'x'.repeat(16));
    });
  });
}
