import { z } from 'zod';
import { isJson, type Json, type JsonObject } from '../../core/json.ts';

/** Schema of any JSON value; checks without copying. */
export const jsonSchema: z.ZodType<Json> = z.custom<Json>(isJson, 'expected a JSON value');

/** Schema of a JSON object. */
export const jsonObjectSchema: z.ZodType<JsonObject> = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && isJson(value),
  'expected a JSON object',
);
