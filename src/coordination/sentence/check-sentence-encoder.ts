import { RexError } from '../../core/errors.ts';
import type { SentenceSettings } from '../encoder/encoded-task.ts';
import type { SentenceEncoder } from './sentence-encoder.ts';

/** Refuses weights and a sentence encoder that do not belong together. @throws WEIGHTS_MISMATCH */
export function checkSentenceEncoder(needed: SentenceSettings | undefined, given: SentenceEncoder | undefined): void {
  if (needed?.name === given?.name && needed?.size === given?.size) return;
  const [expected, received] = [describe(needed), describe(given)];
  throw new RexError(
    'WEIGHTS_MISMATCH',
    `the weights were trained with ${expected}; given was ${received}`,
    { name: 'encoder.sentence', expected, received },
    {
      hint: needed
        ? 'Open it with openSentenceEncoder() and give it as `sentence`, or use weights that need none.'
        : 'Leave `sentence` out, or train weights with it (hrm-rex train coordination --sentence-encoder).',
    },
  );
}

function describe(encoder: SentenceSettings | undefined): string {
  return encoder ? `the sentence encoder ${encoder.name} of ${encoder.size} values` : 'no sentence encoder';
}
