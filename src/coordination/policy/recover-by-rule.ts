import { type ErrorHandler, toolPresets } from '../../agents/index.ts';
import { type RecoveryAction, recoveryActions, type StepObservation } from '../model/prediction.ts';

/** Attempts after which a step is somebody else's. */
const mostAttempts = 3;

/** Where no preset knows a failure: what its words ask for, in order. */
const signs: readonly (readonly [action: RecoveryAction, words: RegExp])[] = [
  [
    'escalate',
    /no space left|disk quota|authentication failed|permission denied|access denied|unauthori[sz]ed|\b40[13]\b|invalid credentials|out of memory|cannot allocate memory|oom-?kill/i,
  ],
  [
    'other-tool',
    /command not found|: not found$|not recognized as|no such (?:command|subcommand)|executable file not found/im,
  ],
  [
    'retry',
    /timed? ?out|connection (?:reset|refused|closed)|temporary failure|try again|\b(?:429|502|503|504)\b|too many requests|resource temporarily unavailable|text file busy/i,
  ],
];

/** Chances of the other actions where a rule speaks, all together. */
const doubt = 0.3;

/** What to do after a step by rules: what the presets of tools know of failures, then its words, then the attempts. */
export function recoverByRule(observation: StepObservation): Readonly<Record<RecoveryAction, number>> {
  const chosen = chooseRecovery(observation);
  const others = doubt / (recoveryActions.length - 1);
  const chances = recoveryActions.map((action) => [action, action === chosen ? 1 - doubt : others] as const);
  return Object.fromEntries(chances) as Record<RecoveryAction, number>;
}

function chooseRecovery({ output, exitCode, attempt }: StepObservation): RecoveryAction {
  if (exitCode === 0) return 'run';
  const end = output.slice(-20_000);
  const known = handlers.find(({ pattern }) => pattern.test(end));
  if (known?.accept) return 'run';
  if (attempt > mostAttempts) return 'escalate';
  if (known) return actionOf(known);
  const sign = signs.find(([, words]) => words.test(end))?.[0];
  if (sign) return sign;
  return exitCode === undefined && attempt < mostAttempts ? 'retry' : 'fix';
}

/** The action that a preset's handler stands for: waiting is a retry, a missing decision is somebody else's, the rest mends. */
export function actionOf({ accept, needs, recover }: ErrorHandler): RecoveryAction {
  if (accept) return 'run';
  if (needs || !recover) return 'escalate';
  return recover.every(([program]) => program === 'sleep') ? 'retry' : 'fix';
}

const handlers: readonly ErrorHandler[] = Object.values(toolPresets).flatMap((preset) => preset.handlers);
