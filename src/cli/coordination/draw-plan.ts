import type { CoordinationPlan, PlannedAgent, PlannedSubtask } from '../../coordination/plan/coordination-plan.ts';
import { planGraph } from '../../coordination/plan/plan-graph.ts';
import { levels } from '../../orchestration/index.ts';
import { formatDuration } from '../../telemetry/report/html/markup.ts';
import { type Canvas, cut, paint } from '../view/draw-run.ts';

const dim = 90;
const green = 32;
const yellow = 33;
const bold = 1;

/** A plan as lines of at most `columns` characters: who takes part, in which order, and why. */
export function drawPlan(plan: CoordinationPlan, canvas: Pick<Canvas, 'columns' | 'colour'>): string[] {
  const selected = plan.agents.filter((agent) => agent.selected).sort((a, b) => a.priority - b.priority);
  const others = plan.agents.filter((agent) => !agent.selected).slice(0, 3);
  const next = others.map(({ agent, probability }) => `${agent} ${percent(probability)}`).join(', ');
  return [
    ...head(plan, canvas),
    '',
    ...table(selected, canvas),
    paint(cut(`   not called: ${next}, …`, canvas.columns), dim, canvas.colour),
    '',
    ...graph(plan, canvas),
    ...why(plan, canvas),
  ];
}

function head(plan: CoordinationPlan, { columns, colour }: Pick<Canvas, 'columns' | 'colour'>): string[] {
  const { composite, difficulty, expectedDurationMs, confidence, abstain, by } = plan;
  const shape = composite.value ? `${plan.subtasks.length} subtasks` : 'one direct task';
  const size = `about ${Math.round(difficulty.expectedLines)} changed lines, ${formatDuration(roughly(expectedDurationMs))} of work`;
  const trust = abstain ? 'a guess: ask somebody else' : 'worth following';
  const model = by.startsWith('rules') ? `${by} (keywords, without trained weights)` : by;
  return [
    cut(`${shape} (composite ${percent(composite.probability)}); ${size}`, columns),
    paint(cut(`confidence ${percent(confidence)}, ${trust}`, columns), abstain ? yellow : green, colour),
    paint(cut(`by ${model}, ${count(plan.planningSteps, 'planning step')}`, columns), dim, colour),
  ];
}

function table(agents: readonly PlannedAgent[], { columns, colour }: Pick<Canvas, 'columns' | 'colour'>): string[] {
  const width = Math.max(5, ...agents.map(({ agent }) => agent.length));
  const room = Math.max(0, Math.min(24, columns - width - 22));
  const title = ` #  ${'agent'.padEnd(width)}  needed  effort`;
  const rows = agents.map(({ agent, probability, effort, priority }) => {
    const facts = `${`${priority}`.padStart(2)}  ${agent.padEnd(width)}  ${percent(probability).padStart(6)}  ${percent(effort).padStart(6)}`;
    const bar = '█'.repeat(Math.round(effort * room));
    return facts.length + 2 + bar.length > columns
      ? cut(facts, columns)
      : `${facts}  ${paint(bar, green, colour)}`.trimEnd();
  });
  return [paint(cut(title, columns), bold, colour), ...rows];
}

/** The subtasks from the top down: those of one level can be done side by side. */
function graph(plan: CoordinationPlan, { columns, colour }: Pick<Canvas, 'columns' | 'colour'>): string[] {
  const byId = new Map(plan.subtasks.map((subtask) => [subtask.id, subtask]));
  const steps = levels(planGraph(plan)).map((ids) => ids.flatMap((id) => byId.get(id) ?? []));
  return [
    paint(cut('Order', columns), bold, colour),
    ...steps.flatMap((subtasks, level) => [
      ...(level > 0 ? [paint(' │', dim, colour)] : []),
      ...subtasks.map((subtask, index) => {
        const line = subtasks.length === 1 ? ' ●' : index === 0 ? ' ┬' : index < subtasks.length - 1 ? ' ├' : ' └';
        return `${paint(line, green, colour)} ${cut(describe(subtask), Math.max(1, columns - 3))}`;
      }),
    ]),
  ];
}

function describe({ id, agent, text, after, effort }: PlannedSubtask): string {
  const order = after.length > 0 ? ` (after ${after.join(', ')})` : '';
  const name = id === agent ? agent : `${id} ${agent}`;
  return `${name} ${percent(effort)}${order}: ${text.replace(/\s+/g, ' ')}`;
}

function why(plan: CoordinationPlan, { columns, colour }: Pick<Canvas, 'columns' | 'colour'>): string[] {
  if (plan.reasons.length === 0) return [];
  const abouts = [...new Set(plan.reasons.map(({ about }) => about))];
  const lines = abouts.map((about) => {
    const reasons = plan.reasons.filter((reason) => reason.about === about);
    const told = reasons.map(
      ({ evidence, weight }) => `${evidence} ${weight > 0 ? '+' : '−'}${Math.abs(weight).toFixed(1)}`,
    );
    return cut(` ${about}: ${told.join(', ')}`, columns);
  });
  return ['', paint(cut('Why (change of the log-odds)', columns), bold, colour), ...lines];
}

/** Rounded to whole minutes: no guess is finer. */
function roughly(durationMs: number): number {
  return Math.max(1, Math.round(durationMs / 60_000)) * 60_000;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function count(amount: number, what: string): string {
  return `${amount} ${what}${amount === 1 ? '' : 's'}`;
}
