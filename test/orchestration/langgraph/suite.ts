// Run by Vitest, since the suite registers its tests there; see ../langgraph-saver.test.ts.
import { deltaChannelHistoryTests, validate } from '@langchain/langgraph-checkpoint-validation';
import { JournalSaver } from '../../../examples/langgraph/journal-saver.ts';
import { memoryJournal } from '../../../src/orchestration/journal/memory-journal.ts';

const initializer = {
  checkpointerName: 'JournalSaver',
  createCheckpointer: (): Promise<JournalSaver> => JournalSaver.open(memoryJournal()),
};

validate(initializer);
deltaChannelHistoryTests(initializer);
