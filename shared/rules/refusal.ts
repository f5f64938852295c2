import { ServiceError } from '../errors/index.ts';
import type { RefusalCode } from '../errors/index.ts';

/** A document that is well-formed but asks for something that cannot be: 400. */
export function invalid(code: RefusalCode, message: string, cause?: unknown): ServiceError {
  return new ServiceError(message, { code, status: 400, ...(cause === undefined ? {} : { cause }) });
}

/** Input in a message: one line, not too long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
