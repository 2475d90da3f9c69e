import { type TaskRow, taskOf } from '../data/task-row.ts';
import type { Coordinator } from '../model/prediction.ts';
import { agentKinds } from '../task/agent-kinds.ts';

/** How well a coordinator says which agents are needed. */
export interface RowScores {
  /** Rows that were scored. */
  readonly rows: number;
  /** Micro F1 over the agents of which the rows speak. */
  readonly agentsF1: number;
  /** Mean negative log-likelihood of an agent being needed or not. */
  readonly logLoss: number;
}

/** Scores a coordinator on rows; agents outside `known` do not count. */
export async function scoreRows(
  coordinator: Pick<Coordinator, 'predict'>,
  rows: readonly Pick<TaskRow, 'text' | 'context' | 'agents' | 'known'>[],
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<RowScores> {
  let [right, wrong, missed, loss, labels] = [0, 0, 0, 0, 0];
  for (const row of rows) {
    const { agents, thresholds } = await coordinator.predict(taskOf(row), { signal: options.signal });
    agentKinds.forEach(({ name }, index) => {
      if (!row.known.includes(name)) return;
      const isNeeded = row.agents.includes(name);
      const probability = agents[index] ?? 0;
      const isChosen = probability >= (thresholds[index] ?? 0.5);
      if (isChosen && isNeeded) right++;
      else if (isChosen) wrong++;
      else if (isNeeded) missed++;
      loss -= Math.log(Math.max(1e-6, isNeeded ? probability : 1 - probability));
      labels++;
    });
  }
  const counted = 2 * right + wrong + missed;
  return {
    rows: rows.length,
    agentsF1: counted > 0 ? (2 * right) / counted : 0,
    logLoss: labels > 0 ? loss / labels : 0,
  };
}
