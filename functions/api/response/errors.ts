import { CosError } from '../../../shared/cos/index.ts';
import { ServiceError } from '../../../shared/errors/index.ts';
import type { RefusalCode } from '../../../shared/errors/index.ts';
import type { HttpResponse } from '../../../shared/scf/index.ts';
import { SignatureError } from '../../../shared/signing/index.ts';
import { writeXml } from '../../../shared/xml/index.ts';
import { XML_TYPE } from './response.ts';

/** Characters of one element of an error body. */
const LONGEST_TEXT = 16 * 1024;

/** Codes of what is stored on the state bucket and cannot be read. */
const DAMAGED = new Set(['InvalidState', 'InvalidRules', 'InvalidStateObject']);

/** A request that is refused for a reason that its sender can do something about. */
export function refuse(status: number, code: RefusalCode, message: string): ServiceError {
  return new ServiceError(message, { code, status });
}

export function accessDenied(message = 'Access Denied.'): ServiceError {
  return refuse(403, 'AccessDenied', message);
}

/** Whether the error was made for the client. Anything else may name what is inside and is not shown. */
export function isRefusal(error: unknown): error is ServiceError {
  return (
    error instanceof ServiceError &&
    !(error instanceof CosError) &&
    error.side === undefined &&
    error.status >= 400 &&
    error.status < 500
  );
}

/** What the client is told: a 5xx only where the same request may succeed later, a 403 only for what its sender lacks. */
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
      'COS refused the role of this deployment, not this key; the log of the function says where.',
    );
  }
  if (error instanceof ServiceError && DAMAGED.has(error.code)) {
    const mend = error.code === 'InvalidRules' ? ' DELETE and PUT the rules to mend them; they start anew then.' : '';
    return refuse(
      409,
      'InvalidBucketState',
      `What this deployment has stored has been damaged; its log says what.${mend}`,
    );
  }
  if (error instanceof CosError && error.status >= 400 && error.status < 500) {
    return refuse(400, 'InvalidRequest', 'COS refused what this request asks for; the log of the function says why.');
  }
  return refuse(500, 'InternalError', 'We encountered an internal error. Please try again.');
}

/** The error body of COS. SDKs take their error from it, so all four main elements are always there. */
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

/** Host and path come from anybody and may hold what XML cannot. */
function printable(text: string): string {
  return text.slice(0, LONGEST_TEXT).replace(/(?![\t\n])\p{Cc}|[\p{Surrogate}\uFFFE\uFFFF]/gu, '?');
}
