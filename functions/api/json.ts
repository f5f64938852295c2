import type * as z from 'zod/mini';

import type { HttpRequest, HttpResponse } from '../../shared/scf/index.ts';
import { readContent } from './content.ts';
import { refuse } from './errors.ts';

export function jsonResponse(status: number, value: object): HttpResponse {
  return { status, headers: { 'Content-Type': 'application/json' }, body: `${JSON.stringify(value)}\n` };
}

/** ms since 1970 as text that people and programs read. */
export const timeText = (ms: number): string => new Date(ms).toISOString();

/**
 * The JSON body of a request; no body is `{}`. Throws `ServiceError` `InvalidArgument` (400) that names the wrong
 * field, and what `readContent` throws.
 */
export function readJson<T extends z.ZodMiniType>(request: HttpRequest, schema: T): z.infer<T> {
  const body = readContent(request, true);
  let value: unknown = {};
  if (body.length > 0) {
    try {
      value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    } catch {
      throw refuse(400, 'InvalidArgument', 'The body is not JSON.');
    }
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.slice(0, 3).map(String).join('.') ?? '';
  throw refuse(
    400,
    'InvalidArgument',
    `The body is not as it should be${where === '' ? '' : ` at ${where.slice(0, 100)}`}.`,
  );
}
