import type { RunState } from '../../orchestration/index.ts';
import type { Timeline, TimelineEntry } from '../../telemetry/index.ts';
import { formatDuration, formatShare } from '../../telemetry/report/html/markup.ts';
import type { Repair } from './agents/repair.ts';
import type { Verdict } from './agents/verify.ts';
import { projects } from './workspace/index.ts';

/** Agents that must have worked at the same moment. */
export const leastAtOnce = 30;

/** What the demonstration has to show for itself. */
export interface Summary {
  /** For people, one line each. */
  readonly lines: readonly string[];
  readonly repaired: readonly string[];
  /** What is not as it has to be; empty when all is right. */
  readonly problems: readonly string[];
}

/** Judges a demonstration by its journal, and by what its watcher saw done before the kill. */
export function summarise(timeline: Timeline, state: RunState, doneBeforeKill: ReadonlySet<string>): Summary {
  const outputs = new Map([...state.nodes.values()].map(({ path, output }) => [path, output]));
  const repairs = [...outputs]
    .filter(([path]) => path.includes('.repair/'))
    .flatMap(([, output]) => (output ? [output as unknown as Repair] : []));
  const made = repairs.filter(({ state: end }) => end === 'repaired');
  const verdicts = projects.flatMap(
    ({ name }) => (outputs.get(`${name}.verify`) as unknown as Verdict | undefined) ?? [],
  );
  const inMain = (outputs.get('report') as { readonly repairs?: readonly string[] } | undefined)?.repairs ?? [];
  const lost = [...doneBeforeKill].filter((path) => state.nodes.get(path)?.state !== 'done').length;
  const skipped = timeline.nodes.filter(({ state: end }) => end === 'skipped');
  const recovered = timeline.nodes.filter(({ log, state: end }) => end === 'done' && log.some(isRecovery));
  const { wallMs, criticalPathMs, coordination, interruptedMs, peak, kept, repeated, doneTwice, nodes } = timeline;
  const lines = [
    `${verdicts.filter(({ ok }) => ok).length} of ${projects.length} projects pass every check`,
    ...made.map(({ project, summary }) => `  ${project}: ${summary}`),
    ...skippedLines(skipped),
    `${nodes.length} agents, ${peak} at once; ${recovered.map(({ agent }) => agent).join(', ') || 'nobody'} failed and recovered; the push was approved`,
    `killed once: ${kept} jobs were kept, ${repeated} ran again, ${lost} were lost, ${doneTwice} were done twice`,
    `wall time ${formatDuration(wallMs)}, critical path ${formatDuration(criticalPathMs)}, coordination overhead ${formatShare(coordination)}, ${formatShare(coordination + interruptedMs / wallMs)} with the kill, which took ${formatDuration(interruptedMs)}`,
  ];
  const problems = [
    ...(state.status === 'done' ? [] : [`the run is ${state.status}: ${timeline.reason || 'it did not end'}`]),
    ...nodes.filter(({ state: end }) => end === 'failed').map(({ path, reason }) => `${path} failed: ${reason}`),
    ...verdicts.flatMap(({ project, failed }) => failed.map((what) => `${project} does not pass ${what}`)),
    ...missingRepairs(state, inMain),
    ...(lost + doneTwice > 0 ? [`${lost} jobs were lost, ${doneTwice} were done twice`] : []),
    ...(timeline.gaps.length === 1 && kept > 0 ? [] : ['the run was not killed and resumed once']),
    ...(recovered.length > 0 ? [] : ['nobody failed and recovered']),
    ...(peak >= leastAtOnce ? [] : [`${peak} agents worked at once, not ${leastAtOnce}`]),
  ];
  return { lines, repaired: made.map(({ project, kind }) => `${project} ${kind}`), problems };
}

function isRecovery({ text }: TimelineEntry): boolean {
  return text.startsWith('recovers: ');
}

/** Every repair that a project calls for is in its `main` exactly once, unless the project was left out. */
function missingRepairs(state: RunState, inMain: readonly string[]): string[] {
  const wanted = projects
    .filter(({ name }) => state.nodes.get(`${name}.verify`)?.state !== 'skipped')
    .flatMap(({ name, repairs }) => repairs.map((kind) => `${name} ${kind}`))
    .filter(
      (repair) => !(repair === 'javascript regenerate' && state.nodes.get('javascript.generated')?.state === 'skipped'),
    );
  return wanted.flatMap((repair) => {
    const times = inMain.filter((found) => found === repair).length;
    return times === 1 ? [] : [`the repair "${repair}" is in main ${times} times`];
  });
}

function skippedLines(skipped: Timeline['nodes']): string[] {
  const byReason = new Map<string, string[]>();
  for (const { path, reason } of skipped) byReason.set(reason, [...(byReason.get(reason) ?? []), path]);
  return [...byReason].map(([reason, paths]) => `  skipped (${reason}): ${paths.join(', ')}`);
}
