import type { z } from 'zod';
import { invalidJsonFailure, missingFailure, validationFailure } from '../../protocol/validation-detail.ts';
import { jsonAnswer } from '../http/answers.ts';
import type { ActRoute, Call, WholeAnswer } from '../http/route.ts';

/** A SWE-ReX route with a JSON body; a body that does not fit gets FastAPI's 422. */
export function bodyRoute<Body>(
  path: string,
  schema: z.ZodType<Body>,
  handle: (body: Body, call: Call) => Promise<object>,
): ActRoute {
  return {
    method: 'POST',
    path,
    dialect: 'swe-rex',
    input: 'whole',
    async handle(call: Call): Promise<WholeAnswer> {
      if (call.content.length === 0) return jsonAnswer(missingFailure(), 422);
      const json = parseJson(call.content.toString('utf8'));
      if ('position' in json) return jsonAnswer(invalidJsonFailure(json.position, 'Expecting value'), 422);
      if (json.value === null) return jsonAnswer(missingFailure(), 422);
      const body = schema.safeParse(json.value);
      if (!body.success) return jsonAnswer(validationFailure(body.error, json.value), 422);
      return jsonAnswer(await handle(body.data, call));
    },
  };
}

function parseJson(text: string): { readonly value: unknown } | { readonly position: number } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { position: Number(/at position (\d+)/.exec((error as Error).message)?.[1] ?? 0) };
  }
}
