import { textTrust } from '../task/text-trust.ts';
import type { PlannedAgent } from './coordination-plan.ts';

/**
 * How far to trust a selection: its expected F1, 2·Σ p(selected) / (selected + Σ p(all)), which follows from calibrated
 * probabilities alone, times the trust that the text deserves (see {@link textTrust}).
 */
export function planConfidence(agents: readonly PlannedAgent[], text: string): number {
  const selected = agents.filter((agent) => agent.selected);
  const expected = sum(agents.map(({ probability }) => probability));
  const right = sum(selected.map(({ probability }) => probability));
  const whole = selected.length + expected;
  return whole > 0 ? ((2 * right) / whole) * textTrust(text) : 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
