import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

interface Report {
  readonly numTotalTests: number;
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const runSuite = `
  const { startVitest } = await import('vitest/node');
  const [suite, outputFile] = process.argv.slice(1);
  const options = { globals: true, watch: false, include: [suite], reporters: ['json'], outputFile, config: false };
  await (await startVitest('test', [suite], options)).close();
`;

test("LangGraph's own suite passes on a saver that is built on the journal", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-langgraph-'));
  t.after(() => rm(directory, { recursive: true }));
  const outputFile = join(directory, 'report.json');
  const program = ['--input-type=module', '-e', runSuite, 'test/orchestration/langgraph/suite.ts', outputFile];
  const { stderr } = await promisify(execFile)(process.execPath, program).catch((error) => error);
  const report: Report = JSON.parse(await readFile(outputFile, 'utf8').catch(() => assert.fail(stderr)));
  const bad = report.testResults.flatMap(({ message, assertionResults }) => [
    ...(message ? [message] : []),
    ...assertionResults.filter(({ status }) => status !== 'passed').map(({ fullName }) => fullName),
  ]);
  assert.deepEqual(bad, []);
  assert.equal(report.numPassedTests, report.numTotalTests);
  assert.ok(report.numPassedTests > 700, `${report.numPassedTests} tests`);
});
