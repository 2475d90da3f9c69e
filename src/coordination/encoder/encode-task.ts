import type { PlanningTask } from '../task/planning-task.ts';
import { coreTokens } from './core-tokens.ts';
import type { EncodedTask, EncoderSettings } from './encoded-task.ts';
import { evidenceOf } from './evidence.ts';
import { hashFeatures } from './hash.ts';
import { textFeatures } from './text-features.ts';
import { workspaceFeatures } from './workspace-features.ts';

/** The settings of the shipped weights. */
export const defaultEncoder: EncoderSettings = {
  version: 1,
  sequenceLength: 96,
  vocabularySize: 8192,
  featureCount: 262_144,
};

/**
 * Turns a task into what the model reads. The same task gives the same encoding on every machine. `sentence` is the text's vector,
 * for weights that need one.
 */
export function encodeTask(
  task: PlanningTask,
  settings: EncoderSettings = defaultEncoder,
  sentence?: Float32Array,
): EncodedTask {
  return {
    tokens: coreTokens(task, settings),
    text: hashFeatures(textFeatures(task.text), settings.featureCount),
    workspace: hashFeatures(workspaceFeatures(task.workspace), settings.featureCount),
    ...(sentence && { sentence: { indices: Int32Array.from(sentence.keys()), values: sentence } }),
    evidence: evidenceOf(task),
  };
}
