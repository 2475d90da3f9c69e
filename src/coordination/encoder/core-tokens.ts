import type { PlanningTask } from '../task/planning-task.ts';
import type { EncoderSettings } from './encoded-task.ts';
import { hashText } from './hash.ts';
import { languagesOf } from './languages-of.ts';
import { wordsOf } from './text-features.ts';

/** The first token of every task, from which HRM's Q head reads. */
const summaryToken = 1;
const firstHashed = 2;
/** Most tokens that tell of the workspace. */
const workspaceTokens = 24;
/** Words that say nothing of a task alone. */
const fillers = new Set(
  'a an the of to in for on and or is are be as at by it its this that with from we i'.split(' '),
);

/**
 * Tokens of the recurrent core: the summary token, up to 24 facts of the workspace (languages by share, endings, marker files),
 * then the text's words. [S]
 */
export function coreTokens({ text, workspace }: PlanningTask, settings: EncoderSettings): Int32Array {
  const token = (name: string): number => firstHashed + (hashText(name) % (settings.vocabularySize - firstHashed));
  const facts = workspace
    ? [
        ...languagesOf(workspace).map(({ language, share }, rank) => `l:${language}:${rank}:${Math.floor(share * 4)}`),
        ...Object.keys(workspace.ext).map((ending) => `e:${ending}`),
        ...new Set(workspace.markers.map((marker) => `m:${marker.replace(/:.*\//, ':')}`)),
      ]
    : ['none'];
  const words = wordsOf(text).filter((word) => !fillers.has(word));
  const names = [...facts.slice(0, workspaceTokens), ...words.map((word) => `w:${word}`)];
  const tokens = new Int32Array(settings.sequenceLength);
  tokens[0] = summaryToken;
  names.slice(0, settings.sequenceLength - 1).forEach((name, at) => {
    tokens[at + 1] = token(name);
  });
  return tokens;
}
