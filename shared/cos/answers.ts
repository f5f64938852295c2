import type { Outcome, Side } from '../errors/index.ts';
import { XmlError, readXml, textOf } from '../xml/index.ts';
import type { XmlElement } from '../xml/index.ts';
import { UnusableAnswer } from './calls.ts';
import type { CallKind } from './calls.ts';
import { CosError } from './errors.ts';
import type { Answer } from './transport.ts';

/** Codes of failures that may be gone on the next try, whatever status came with them: a 200 may carry one too. */
const PASSING = new Set([
  'InternalError',
  'ServiceUnavailable',
  'SlowDown',
  'KmsInternalException',
  'KmsFreqControl',
  'RequestTimeout',
  'UserNetworkTooSlow',
  // Two writes to one key within milliseconds.
  'PathConflict',
  // The next call has newer credentials of the role, or runs in an instance with a better clock.
  'ExpiredToken',
  'RequestTimeTooSkewed',
]);
/** COS answers with these before it touches the object. */
const REFUSED_UNSEEN = new Set(['SlowDown', 'ServiceUnavailable']);
/** On a copy these codes concern the object that is read, never the one that is written. */
const ABOUT_THE_SOURCE = new Set(['NoSuchKey', 'NoSuchVersion', 'NoSuchCopySource', 'PreconditionFailed']);
/** An answer to HEAD has no body, so the code is derived from the status. */
const CODE_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'InvalidRequest',
  403: 'AccessDenied',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  412: 'PreconditionFailed',
  416: 'InvalidRange',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

/** The root element of an XML answer. Throws `CosError` for an `<Error>`, which COS may send after a 200 too. */
export function readRoot(call: CallKind, answer: Answer, name: string): XmlElement {
  const root = parse(answer.body);
  if (root.name === 'Error') throw failureInBody(call, answer, root);
  if (root.name !== name) throw new UnusableAnswer(`the answer is <${root.name}> instead of <${name}>`);
  return root;
}

/** The text of a required child element, which must not be empty. */
export function requireText(element: XmlElement, name: string): string {
  const text = understand(() => textOf(element, name))?.trim();
  if (!text) throw new UnusableAnswer(`<${element.name}> lacks <${name}>`);
  return text;
}

export function optionalText(element: XmlElement, name: string): string | undefined {
  return understand(() => textOf(element, name))?.trim() || undefined;
}

/** Puts an ETag in quotes, as COS does nearly everywhere. Callers rely on the quotes. */
export function quoted(etag: string): string {
  return etag.startsWith('"') ? etag : `"${etag}"`;
}

export function header(answer: Answer, name: string): string | undefined {
  const value = answer.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/**
 * The error of an answer outside 2xx. A 4xx took no effect. A 5xx to a write may have taken effect, unless COS itself
 * says that it did not begin (`SlowDown` or `ServiceUnavailable` in the body of a 503). A 503 of a proxy says no such
 * thing.
 */
export function failureOfStatus(call: CallKind, answer: Answer): CosError {
  const root = tryParse(answer.body);
  const body = root?.name === 'Error' ? root : undefined;
  const said = body === undefined ? undefined : errorText(body, 'Code');
  const code = said ?? codeOfStatus(call, answer) ?? `Http${answer.status}`;
  const serverSide = answer.status >= 500 && answer.status !== 501;
  const unseen = answer.status === 503 && said !== undefined && REFUSED_UNSEEN.has(said);
  return report(call, answer, body, {
    code,
    retryable: serverSide || PASSING.has(code) || saysExpired(body),
    outcome: serverSide && !unseen && call.effect !== 'read' ? 'unknown' : 'none',
  });
}

/**
 * An answer to HEAD never has a body. With COS's request ID it comes from COS, whose 503 means `SlowDown`; without it,
 * it may come from a proxy.
 */
const codeOfStatus = ({ method }: CallKind, answer: Answer): string | undefined =>
  method === 'HEAD' && answer.status === 503 && Boolean(header(answer, 'x-cos-request-id'))
    ? 'SlowDown'
    : CODE_OF_STATUS[answer.status];

/**
 * Whether a wrong clock of ours may have caused the refusal. The 403 to a HEAD has no body, so it counts as possible.
 */
export function mayBeClock({ status, body }: Answer): boolean {
  if (status !== 403) return false;
  const root = tryParse(body);
  return root === undefined || saysExpired(root) || errorText(root, 'Code') === 'RequestTimeTooSkewed';
}

/** The error in the body of a 200: a copy or a completion failed after the status was sent. Nothing was written. */
export function failureInBody(call: CallKind, answer: Answer, body: XmlElement): CosError {
  const code = errorText(body, 'Code') ?? 'InternalError';
  return report(call, answer, body, { code, retryable: PASSING.has(code), outcome: 'none' });
}

function report(
  call: CallKind,
  answer: Answer,
  body: XmlElement | undefined,
  details: { code: string; retryable: boolean; outcome: Outcome },
): CosError {
  const reason = (body && errorText(body, 'Message')) ?? 'the answer gives no reason';
  const requestId = header(answer, 'x-cos-request-id') ?? (body && errorText(body, 'RequestId'));
  const side = sideOf(call, details.code);
  return new CosError(call, reason, {
    ...details,
    status: answer.status,
    ...(requestId === undefined ? {} : { requestId }),
    ...(side === undefined ? {} : { side }),
  });
}

function sideOf(call: CallKind, code: string): Side | undefined {
  const copies = call.headers?.some(([name]) => name === 'x-cos-copy-source') ?? false;
  return copies && ABOUT_THE_SOURCE.has(code) ? 'source' : undefined;
}

/** COS reports an expired signature as `AccessDenied` with this message. */
function saysExpired(body: XmlElement | undefined): boolean {
  return body !== undefined && errorText(body, 'Message') === 'Request has expired';
}

/** Error bodies are read leniently: a malformed one must not hide the failure that it reports. */
function errorText(body: XmlElement, name: string): string | undefined {
  return body.children.find((element) => element.name === name)?.text.trim() || undefined;
}

function parse(body: Uint8Array): XmlElement {
  return understand(() => readXml(body));
}

function tryParse(body: Uint8Array): XmlElement | undefined {
  if (body.length === 0) return undefined;
  try {
    return readXml(body);
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

/** Turns an XML error into an answer that proves nothing. */
export function understand<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof XmlError) throw new UnusableAnswer(error.message, { cause: error });
    throw error;
  }
}
