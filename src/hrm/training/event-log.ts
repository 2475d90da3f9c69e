import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** An event of a training run, told at a step. */
interface LoggedEvent {
  readonly type: string;
  readonly step: number;
}

/** Adds an event of a training run to its log, one line of JSON each. */
export async function appendEvent(path: string, event: LoggedEvent): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await appendFile(path, `${JSON.stringify(event)}\n`);
}

/** The logged events up to a step, the latest of those told twice (a killed run repeats what came after its checkpoint). */
export async function readEvents<Event extends LoggedEvent>(path: string, upToStep: number): Promise<Event[]> {
  const lines = await readFile(path, 'utf8').catch(() => '');
  const events = new Map<string, Event>();
  for (const line of lines.split('\n').filter((text) => text.endsWith('}'))) {
    const event = JSON.parse(line) as Event;
    if (event.step <= upToStep) events.set(`${event.type} ${event.step}`, event);
  }
  return [...events.values()].sort((left, right) => left.step - right.step);
}
