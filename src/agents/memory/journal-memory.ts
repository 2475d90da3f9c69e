import { z } from 'zod';
import { type Clock, systemClock } from '../../core/clock.ts';
import { invalidArgument } from '../../core/errors.ts';
import type { Journal } from '../../orchestration/journal/journal.ts';
import type { AgentMemory } from '../agent/agent-options.ts';
import type { ChatMessage } from '../model/chat-model.ts';
import { cutOutput, cutText } from '../tools/cut-output.ts';
import { defineTool } from '../tools/define-tool.ts';

/** What a {@link journalMemory} is kept in, and how much of it an agent sees. Only the journal is needed. */
export interface JournalMemoryOptions {
  /** `memoryJournal()` forgets with the process, `openFileJournal()` does not. */
  readonly journal: Journal;
  /** Agents with the same name share a memory. Default `memory`. */
  readonly name?: string | undefined;
  /** About how many characters of notes an agent is told before a task, the newest first. Default 4,000. */
  readonly maxCharacters?: number | undefined;
  /** Whether the messages of tasks are kept, for `recall`. Default true. */
  readonly conversations?: boolean | undefined;
  readonly clock?: Clock | undefined;
}

interface Note {
  readonly topic: string;
  readonly text: string;
}

interface Remembered {
  /** By topic, the oldest first. */
  readonly notes: ReadonlyMap<string, Note>;
  /** What was said in tasks, the oldest first. */
  readonly said: readonly string[];
}

const MESSAGE_LENGTH = 4_000;
const topic = z.string().trim().min(1).max(80).describe('A few words that name it');

/**
 * Notes that an agent keeps by topic from task to task with `remember` and `forget`, and what was said in its tasks,
 * which `recall` searches. All of it is one stream of a journal. The same note twice is one note, so that a call that
 * is repeated after a crash changes nothing.
 *
 * @throws INVALID_ARGUMENT for a name that is empty
 */
export function journalMemory(options: JournalMemoryOptions): AgentMemory {
  const { journal, name = 'memory', maxCharacters = 4_000, conversations = true, clock = systemClock } = options;
  if (name.trim() === '') throw invalidArgument('name', 'some text', name);
  const stream = `memory-${name}`;
  const append = async (type: string, data: object): Promise<void> => {
    await journal.append(stream, [{ type, at: clock.now(), data }]);
  };
  const tools = [
    defineTool({
      name: 'remember',
      description: 'Keeps a note for your later tasks. A topic has one note: a new one takes the place of the old.',
      input: z.object({ topic, text: z.string().trim().min(1) }),
      annotations: { destructive: false, idempotent: true, openWorld: false },
      resources: () => [{ key: stream, mode: 'write' }],
      run: async (note) => {
        await append('note', note);
        return `noted: ${note.topic}`;
      },
    }),
    defineTool({
      name: 'forget',
      description: 'Removes the note of a topic.',
      input: z.object({ topic }),
      annotations: { destructive: true, idempotent: true, openWorld: false },
      resources: () => [{ key: stream, mode: 'write' }],
      run: async (given) => {
        const { notes } = await read(journal, stream);
        if (!notes.has(given.topic)) return `there is no note on ${given.topic}`;
        await append('forgotten', given);
        return `forgotten: ${given.topic}`;
      },
    }),
    defineTool({
      name: 'recall',
      description: 'Searches your notes and what was said in your earlier tasks for words, the best first.',
      input: z.object({ words: z.string().trim().min(1), count: z.int().min(1).max(50).optional() }),
      annotations: { readOnly: true, idempotent: true, openWorld: false },
      resources: () => [{ key: stream, mode: 'read' }],
      run: async ({ words, count = 5 }) => {
        const { notes, said } = await read(journal, stream);
        return search([...said, ...[...notes.values()].map(formatNote)], words).slice(0, count);
      },
    }),
  ];
  return {
    tools: () => tools,
    render: async () => renderNotes([...(await read(journal, stream)).notes.values()], maxCharacters),
    ...(conversations && { append: (message) => append('said', { text: cutText(textOf(message), MESSAGE_LENGTH) }) }),
  };
}

async function read(journal: Journal, stream: string): Promise<Remembered> {
  const notes = new Map<string, Note>();
  const said: string[] = [];
  for await (const { type, data } of journal.read(stream)) {
    const note = data as Note;
    if (type === 'said') said.push(note.text);
    else notes.delete(note.topic);
    if (type === 'note') notes.set(note.topic, note);
  }
  return { notes, said };
}

/** The newest notes that there is room for, and how many others there are. */
function renderNotes(notes: readonly Note[], maxCharacters: number): string {
  const shown: string[] = [];
  let room = maxCharacters;
  for (const note of notes.toReversed()) {
    const line = `- ${formatNote(note)}`;
    if (line.length > room) break;
    room -= line.length;
    shown.push(line);
  }
  if (notes.length === 0) return '';
  const left = notes.length - shown.length;
  const others = left === 0 ? [] : [`${left} older notes are left out: recall finds them.`];
  return ['Your notes from earlier tasks:', ...shown, ...others].join('\n');
}

/** Texts that hold at least one of the words, those with most of them first, the newest first among equals. */
function search(texts: readonly string[], words: string): string[] {
  const wanted = [...new Set(words.toLowerCase().split(/[^\p{L}\p{N}_]+/u))].filter((word) => word !== '');
  return texts
    .map((text, age) => ({ text, age, hits: wanted.filter((word) => text.toLowerCase().includes(word)).length }))
    .filter(({ hits }) => hits > 0)
    .sort((one, other) => other.hits - one.hits || other.age - one.age)
    .map(({ text }) => text);
}

function formatNote({ topic: about, text }: Note): string {
  return `${about}: ${text}`;
}

function textOf(message: ChatMessage): string {
  if (message.role !== 'tool') return `${message.role}: ${message.content}`;
  const answers = message.answers.map(({ name, output }) => `${name}: ${JSON.stringify(cutOutput(output, 1_000))}`);
  return `tools: ${answers.join('; ')}`;
}
