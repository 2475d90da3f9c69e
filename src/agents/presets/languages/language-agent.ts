import { z } from 'zod';
import type { Json } from '../../../core/json.ts';
import { done, fail } from '../../../orchestration/task/outcome.ts';
import type { Task } from '../../../orchestration/task/task.ts';
import { toTaskError } from '../../../orchestration/task/task-error.ts';
import type { Runtime } from '../../../sandbox/runtime/runtime.ts';
import type { Session } from '../../../sandbox/session/session.ts';
import type { Agent } from '../../agent/agent.ts';
import type { AgentSpec } from '../../agent/agent-spec.ts';
import type { ChatModel } from '../../model/chat-model.ts';
import { checkExercise } from './check-exercise.ts';
import type { CodeResult } from './code-result.ts';
import { type CodeTask, codeTaskSchema } from './code-task.ts';
import type { LanguagePreset } from './language.ts';
import { findLanguage } from './languages.ts';
import { runCode } from './run-code.ts';
import { writeByModel } from './write-by-model.ts';

/** Writes code for a task, or repairs it: the last code and what was wrong with it come along. */
export type CodeWriter = (
  task: Task,
  last: CodeResult | undefined,
  options: { readonly language: LanguagePreset; readonly signal: AbortSignal },
) => Promise<string>;

/** Where a language agent works and who writes. Only the runtime is needed. */
export interface LanguageAgentOptions {
  readonly runtime: Runtime;
  /** Session of the runtime in which everything runs. Default: commands of the runtime. */
  readonly session?: Session | undefined;
  /** Writes code where a task has none, and repairs what fails: a function of yours or a model. Default: nobody. */
  readonly write?: CodeWriter | ChatModel | undefined;
  /** Times that code is written for one task, at most. Default 3. */
  readonly maxAttempts?: number | undefined;
  /** `return` makes code that fails a result with `success: false`. Default `fail`: the task fails, with the result in its context. */
  readonly onFailure?: 'fail' | 'return' | undefined;
  /** Default: the language's name. */
  readonly name?: string | undefined;
}

const agentOutputBytes = 256 * 1024;

/** What a language agent is, as data. */
export function languageSpec(language: string | LanguagePreset, name?: string): AgentSpec {
  const preset = findLanguage(language);
  return {
    name: name ?? preset.name,
    role: 'language',
    description: `Writes, builds, runs and tests ${preset.name} with its real tools`,
    capabilities: [preset.name, 'write-code', 'run-code', 'check-code'],
    tags: [preset.name, ...preset.aliases],
    instructions: `You write ${preset.name}. ${preset.advice}`,
  };
}

/**
 * An agent for code of one language. The input of its task is a {@link CodeTask}: the code is written, checked, built,
 * run, held to the cases and tests, and the output is a {@link CodeResult}. Code that fails is repaired by whoever
 * writes, up to `maxAttempts`, and run again each time.
 *
 * Its tasks fail with `CODE_FAILED`, `TOOLCHAIN_MISSING`, `INVALID_ARGUMENT` and what the runtime throws.
 *
 * @throws UNSUPPORTED for an unknown language
 */
export function languageAgent(language: string | LanguagePreset, options: LanguageAgentOptions): Agent {
  const preset = findLanguage(language);
  const { runtime, session, maxAttempts = 3, onFailure = 'fail' } = options;
  const write = typeof options.write === 'object' ? writeByModel(options.write) : options.write;
  return {
    spec: languageSpec(preset, options.name),
    handle: async (task, context) => {
      const parsed = codeTaskSchema.safeParse(task.input ?? {});
      if (!parsed.success)
        return fail('INVALID_ARGUMENT', `the task's input does not fit: ${z.prettifyError(parsed.error)}`);
      const { signal } = context;
      let given = parsed.data;
      let last: CodeResult | undefined;
      try {
        for (let attempt = 1; attempt <= maxAttempts; attempt++) {
          if (last || (given.code === undefined && given.files === undefined)) {
            if (!write) break;
            const code = await context.step(`write ${attempt}`, () => write(task, last, { language: preset, signal }));
            given = { ...given, code };
          }
          last = await checkTask(runtime, { ...given, language: preset, session, signal });
          if (last.success || !write) break;
          context.note('code-failed', { attempt, summary: last.summary });
        }
      } catch (error) {
        if (signal.aborted) throw error;
        return { kind: 'fail', error: toTaskError(error) };
      }
      if (!last) return fail('INVALID_ARGUMENT', 'the task has no code, and nobody writes it: give `code` or `write`');
      const output = last as unknown as Json;
      return last.success || onFailure === 'return'
        ? done(output)
        : fail('CODE_FAILED', last.summary, { context: output });
    },
  };
}

/** Runs code, or holds it to its cases and tests where there are any. @throws as {@link runCode} */
export function checkTask(
  runtime: Runtime,
  given: CodeTask & {
    readonly language: string | LanguagePreset;
    readonly session?: Session | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<CodeResult> {
  const options = { maxOutputBytes: agentOutputBytes, ...given };
  const isExercise = (given.cases?.length ?? 0) > 0 || given.tests !== undefined;
  return isExercise ? checkExercise(runtime, options) : runCode(runtime, options);
}
