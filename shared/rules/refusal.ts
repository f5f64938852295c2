import { ServiceError } from '../errors/index.ts';
import type { RefusalCode } from '../errors/index.ts';

/** The 400 for a well-formed document that asks for something impossible. */
export function invalid(code: RefusalCode, message: string, cause?: unknown): ServiceError {
  return new ServiceError(message, { code, status: 400, ...(cause === undefined ? {} : { cause }) });
}

/** Input for a message: on one line, and shortened. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
