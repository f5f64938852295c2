import type * as z from 'zod/mini';

import type { HttpRequest, HttpResponse } from '../../../shared/scf/index.ts';
import { readContent } from './body.ts';
import { refuse } from '../response/errors.ts';
import { holdsTooMany } from './json-limits.ts';

/** Most bytes of a body: a thousand of the longest keys with every character escaped, as some clients do. */
const LARGEST_BODY = 2 * 1024 * 1024;

export function jsonResponse(status: number, value: object): HttpResponse {
  return { status, headers: { 'Content-Type': 'application/json' }, body: `${JSON.stringify(value)}\n` };
}

/** ms since 1970 as ISO 8601 text. */
export const timeText = (ms: number): string => new Date(ms).toISOString();

/**
 * The JSON body of a request; a missing body counts as `{}`. Throws `ServiceError` `InvalidArgument` (400) that names
 * the wrong field and its fault, `EntityTooLarge` (400), and the errors of `readContent`.
 */
export function readJson<T extends z.ZodMiniType>(request: HttpRequest, schema: T): z.infer<T> {
  if (request.body.length > LARGEST_BODY) {
    throw refuse(400, 'EntityTooLarge', `The body is larger than ${LARGEST_BODY} bytes.`);
  }
  const body = readContent(request, true);
  let value: unknown = {};
  if (body.length > 0) {
    if (holdsTooMany(body)) throw refuse(400, 'InvalidArgument', 'The body holds too many values.');
    try {
      value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    } catch {
      throw refuse(400, 'InvalidArgument', 'The body is not JSON.');
    }
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refuse(400, 'InvalidArgument', issue === undefined ? 'The body is not valid.' : describe(issue));
}

function describe(issue: z.core.$ZodIssue): string {
  // The text of the sender may be of any length.
  const where = issue.path.slice(0, 3).map(String).join('.').slice(0, 100);
  const subject = where === '' ? 'The body' : `In the body, ${where}`;
  switch (issue.code) {
    case 'invalid_type':
      return `${subject} must be ${issue.expected === 'object' ? 'an object, such as {"keys":["a.jpg"]}' : `of the type ${issue.expected}`}.`;
    case 'too_big':
      return `${subject} must have at most ${issue.maximum} items.`;
    case 'too_small':
      return `${subject} must have at least ${issue.minimum}.`;
    case 'unrecognized_keys':
      return `${subject} has a field that is not known: ${issue.keys.join(', ').slice(0, 100)}.`;
    default:
      return `${subject} is not valid: ${issue.message}.`;
  }
}
