import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { TrainEvent } from '../../hrm/index.ts';

/** Adds an event of a training run to its log, one line of JSON each. */
export async function appendEvent(path: string, event: TrainEvent): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await appendFile(path, `${JSON.stringify(event)}\n`);
}

/** The logged events up to a step, the latest of those told twice (a killed run repeats what came after its checkpoint). */
export async function readEvents(path: string, upToStep: number): Promise<TrainEvent[]> {
  const lines = await readFile(path, 'utf8').catch(() => '');
  const events = new Map<string, TrainEvent>();
  for (const line of lines.split('\n').filter((text) => text.endsWith('}'))) {
    const event = JSON.parse(line) as TrainEvent;
    if (event.step <= upToStep) events.set(`${event.type} ${event.step}`, event);
  }
  return [...events.values()].sort((left, right) => left.step - right.step);
}
