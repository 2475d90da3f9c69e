import type { z } from 'zod';
import type { PydanticProblem } from './python-values.ts';

/** One entry of FastAPI's answer to a body that does not fit (status 422). */
export interface ValidationDetail extends PydanticProblem {
  /** `'body'`, then the path to the value. */
  readonly loc: readonly (string | number)[];
  /** The value that does not fit; for a missing field, the object that lacks it. */
  readonly input: unknown;
}

/** Body of a 422 answer. */
export interface ValidationFailure {
  readonly detail: readonly ValidationDetail[];
}

/** Says in FastAPI's words what is wrong with `body`. */
export function validationFailure(error: z.ZodError, body: unknown): ValidationFailure {
  return { detail: error.issues.flatMap((issue) => describeIssue(issue, body, [])) };
}

/** The 422 answer to a body that is no JSON; `position` counts characters from its start. */
export function invalidJsonFailure(position: number, reason: string): ValidationFailure {
  const detail = {
    type: 'json_invalid',
    loc: ['body', position],
    msg: 'JSON decode error',
    input: {},
    ctx: { error: reason },
  };
  return { detail: [detail] };
}

/** The 422 answer to a form, or a request, that lacks a part; `field` is undefined when the whole body is missing. */
export function missingFailure(field?: string): ValidationFailure {
  const loc = field === undefined ? ['body'] : ['body', field];
  return { detail: [{ type: 'missing', loc, msg: 'Field required', input: null }] };
}

/** The 422 answer to a form field of the wrong kind. */
export function fieldFailure(field: string, problem: PydanticProblem, input: unknown): ValidationFailure {
  return { detail: [detailOf(problem, ['body', field], input)] };
}

type Issue = z.core.$ZodIssue;

function describeIssue(issue: Issue, body: unknown, parents: readonly PropertyKey[]): ValidationDetail[] {
  const path = [...parents, ...issue.path];
  if (issue.code === 'invalid_union') {
    return issue.errors.flatMap((branch, index) =>
      branch.flatMap((nested) => describeIssue(nested, body, [...path, index === 0 ? 'str' : 'list[str]'])),
    );
  }
  const problem = problemOf(issue);
  const found = lookUp(body, problem.type === 'missing' ? path.slice(0, -1) : path);
  return [detailOf(problem, ['body', ...path.map(step)], found)];
}

function problemOf(issue: Issue): PydanticProblem {
  if (issue.code === 'custom') return issue.params as PydanticProblem & Record<string, unknown>;
  const expected = issue.code === 'invalid_type' ? issue.expected : '';
  if (expected === 'array') return { type: 'list_type', msg: 'Input should be a valid list' };
  if (expected === 'record') return { type: 'dict_type', msg: 'Input should be a valid dictionary' };
  if (expected === 'object') {
    return {
      type: 'model_attributes_type',
      msg: 'Input should be a valid dictionary or object to extract fields from',
    };
  }
  return { type: 'value_error', msg: issue.message };
}

function detailOf(problem: PydanticProblem, loc: readonly (string | number)[], input: unknown): ValidationDetail {
  const detail = { type: problem.type, loc, msg: problem.msg, input: input ?? null };
  return problem.ctx === undefined ? detail : { ...detail, ctx: problem.ctx };
}

/** The value at a path; steps that name a branch of a union, not a key, are passed over. */
function lookUp(body: unknown, path: readonly PropertyKey[]): unknown {
  let value = body;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !(key in value)) continue;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function step(key: PropertyKey): string | number {
  return typeof key === 'number' ? key : String(key);
}
