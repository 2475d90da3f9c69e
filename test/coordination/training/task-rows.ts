import type { DependencyRow, TaskRow } from '../../../src/coordination/data/task-row.ts';
import type { CoordinationConfigInput } from '../../../src/coordination/model/coordination-config.ts';
import { agentKinds } from '../../../src/coordination/task/agent-kinds.ts';

const themes = [
  { word: 'parser', ext: 'py', agents: ['python', 'test'], lines: 12 },
  { word: 'component', ext: 'ts', agents: ['javascript-typescript', 'web'], lines: 60 },
  { word: 'borrow', ext: 'rs', agents: ['rust', 'systems'], lines: 200 },
  { word: 'guide', ext: 'md', agents: ['docs'], lines: 500 },
] as const;

/** Tasks of six repositories, the last of which is the validation split; the agents follow from a word and the workspace. */
export function taskRows(count: number): TaskRow[] {
  return Array.from({ length: count }, (_, index) => {
    const theme = themes[index % themes.length] as (typeof themes)[number];
    const repository = index % 6;
    return {
      id: `row-${index}`,
      source: `example.org/repository-${repository}`,
      licence: 'MIT',
      text: `Change the ${theme.word} number ${index % 5} so that it works`,
      agents: [...theme.agents],
      known: agentKinds.map(({ name }) => name).filter((_, kind) => (kind + index) % 11 !== 0),
      context: { files: 40, ext: { [theme.ext]: 30, txt: 10 }, markers: ['ci'] },
      difficulty: { level: (index % 4) as 0 | 1 | 2 | 3, lines: theme.lines },
      effort: { [theme.agents[0]]: 1 },
      decompose: theme.lines > 100,
      split: repository === 5 ? 'val' : 'train',
    };
  });
}

/** Task graphs in which the subtask that speaks of tests comes last. */
export function dependencyRows(count: number): DependencyRow[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `graph-${index}`,
    source: `example.org/repository-${index % 5}`,
    licence: 'MIT',
    kind: 'ci-jobs',
    request: 'build and test',
    nodes: ['run the tests', 'build the program', 'install packages'],
    edges: [
      [1, 0],
      [2, 1],
    ],
    split: index % 5 === 4 ? 'val' : 'train',
  }));
}

/** A model that trains in seconds. */
export const smallConfig: CoordinationConfigInput = {
  core: { sequenceLength: 24, vocabularySize: 256, hiddenSize: 16, headCount: 2, maxSteps: 2 },
};

/** The encoder of {@link smallConfig}. */
export const smallEncoder = { version: 1, sequenceLength: 24, vocabularySize: 256, featureCount: 4_096 } as const;
