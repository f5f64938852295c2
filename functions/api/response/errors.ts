import { CosError } from '../../../shared/cos/index.ts';
import { ServiceError } from '../../../shared/errors/index.ts';
import type { Cause, RefusalCode } from '../../../shared/errors/index.ts';
import type { HttpResponse } from '../../../shared/scf/index.ts';
import { SignatureError } from '../../../shared/signing/index.ts';
import { writeXml } from '../../../shared/xml/index.ts';
import { XML_TYPE } from './response.ts';

/** Most characters of one element of an error body. */
const LONGEST_TEXT = 16 * 1024;

/** Codes for unreadable objects on the state bucket. */
const DAMAGED: ReadonlySet<string> = new Set<Cause>(['InvalidRules', 'InvalidStateObject']);

/** Refuses a request for a reason that its sender can mend. */
export function refuse(status: number, code: RefusalCode, message: string): ServiceError {
  return new ServiceError(message, { code, status });
}

export function accessDenied(message = 'Access Denied.'): ServiceError {
  return refuse(403, 'AccessDenied', message);
}

/** Whether the error was made for the client. Other errors may name internals and are not shown. */
export function isRefusal(error: unknown): error is ServiceError {
  return (
    error instanceof ServiceError &&
    !(error instanceof CosError) &&
    error.side === undefined &&
    error.status >= 400 &&
    error.status < 500
  );
}

/** The error for the client: a 5xx only if the same request may succeed later, a 403 only for rights that its sender lacks. */
export function publicError(error: unknown): ServiceError {
  if (isRefusal(error)) return error;
  if (error instanceof ServiceError && error.code === 'SlowDown') {
    return refuse(503, 'SlowDown', 'Please reduce your request rate.');
  }
  if (error instanceof ServiceError && error.retryable) {
    return refuse(503, 'ServiceUnavailable', 'Please reduce your request rate or try again later.');
  }
  if (error instanceof CosError && error.status === 403) {
    return refuse(
      409,
      'InvalidBucketState',
      'COS refused the role of this deployment, not your API key: see the log of the function.',
    );
  }
  if (error instanceof ServiceError && DAMAGED.has(error.code)) {
    const mend = error.code === 'InvalidRules' ? ' DELETE and PUT the rules to mend them; they then start anew.' : '';
    return refuse(
      409,
      'InvalidBucketState',
      `The stored state of this deployment is damaged; the log of the API names the object.${mend}`,
    );
  }
  if (error instanceof CosError && error.status >= 400 && error.status < 500) {
    return refuse(400, 'InvalidRequest', 'COS refused a call that this request needs: see the log of the function.');
  }
  return refuse(500, 'InternalError', 'We encountered an internal error. Please try again.');
}

/** The error body of COS. SDKs parse it, so all four main elements are always there. */
export function errorResponse(error: ServiceError, { resource, requestId }: { resource: string; requestId: string }) {
  const computed = error instanceof SignatureError ? error : undefined;
  const elements = [
    ['Code', error.code],
    ['Message', error.message],
    ['StringToSign', computed?.stringToSign],
    ['FormatString', computed?.formatString],
    ['Resource', resource],
    ['RequestId', requestId],
  ] as const;
  const body = writeXml(
    {
      name: 'Error',
      children: elements.flatMap(([name, text]) => (text === undefined ? [] : [{ name, text: printable(text) }])),
    },
    { declaration: 'cos', indent: true },
  );
  return { status: error.status, headers: { 'Content-Type': XML_TYPE }, body } satisfies HttpResponse;
}

/** The sender chooses host and path, which may hold characters that XML cannot. */
function printable(text: string): string {
  return text.slice(0, LONGEST_TEXT).replace(/(?![\t\n])\p{Cc}|[\p{Surrogate}\uFFFE\uFFFF]/gu, '?');
}
