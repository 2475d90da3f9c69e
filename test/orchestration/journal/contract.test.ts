import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { memoryJournal, openFileJournal } from 'hrm-rex/orchestration';
import { journalContract } from '../../../src/testing/journal-contract.ts';

const directories: string[] = [];
after(() => Promise.all(directories.map((path) => rm(path, { recursive: true, force: true }))));

journalContract({ test: (name, run) => test(`memory ${name}`, run), makeJournal: () => memoryJournal() });

journalContract({
  test: (name, run) => test(`file ${name}`, run),
  makeJournal: async () => {
    const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-journal-'));
    directories.push(directory);
    return openFileJournal(directory);
  },
});
