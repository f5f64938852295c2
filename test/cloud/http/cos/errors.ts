import { ServiceError } from '../../../../shared/errors/index.ts';
import { SignatureError } from '../../../../shared/signing/index.ts';
import type { XmlElement } from '../../../../shared/xml/index.ts';
import { CosFailure } from '../../cos/index.ts';
import type { CloudResponse } from '../../types.ts';
import { BodyCutShort } from '../connection.ts';
import { el, xml } from './answers.ts';
import { failures } from './failures.ts';
import { traceId } from './ids.ts';
import { versionIdHeader } from './version-headers.ts';

/** The content of an `<Error>`. */
export interface Refusal {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  /** Elements between Message and Resource. */
  readonly details?: readonly (readonly [string, string])[];
  readonly headers?: readonly (readonly [string, string])[];
}

/** Undefined: not a refusal but a fault of this program. */
export function refusalOf(error: unknown, markerOn404: boolean): Refusal | undefined {
  const failure = error instanceof BodyCutShort ? failures.incompleteBody() : error;
  if (failure instanceof SignatureError) return signatureRefusal(failure);
  if (failure instanceof CosFailure) {
    return {
      code: failure.code,
      status: failure.status,
      message: failure.message,
      headers: markers(failure, markerOn404),
    };
  }
  if (failure instanceof ServiceError) {
    return { code: failure.code, status: failure.status || 400, message: failure.message };
  }
  return undefined;
}

function signatureRefusal(error: SignatureError): Refusal {
  const { stringToSign, formatString } = error;
  const shown = stringToSign !== undefined && formatString !== undefined;
  return {
    code: error.code,
    status: error.status,
    message: error.message,
    details: shown
      ? [
          ['StringToSign', stringToSign],
          ['FormatString', formatString],
        ]
      : [],
  };
}

function markers(failure: CosFailure, markerOn404: boolean): [string, string][] {
  if (!failure.deleteMarker || !markerOn404) return [];
  const headers: [string, string][] = [['x-cos-delete-marker', 'true']];
  for (const [name, value] of versionIdHeader(failure.versionId)) headers.push([name, value]);
  return headers;
}

export interface Place {
  /** Host and path without scheme, as COS prints it. */
  readonly resource: string;
  readonly requestId: string;
}

export function errorAnswer(refusal: Refusal, place: Place): CloudResponse {
  const trace = traceId();
  const headers = [['x-cos-trace-id', trace] as const, ...(refusal.headers ?? [])];
  return xml(errorElement(refusal, place, trace), headers, refusal.status);
}

export function errorElement(refusal: Refusal, { resource, requestId }: Place, trace = traceId()): XmlElement {
  return el('Error', [
    el('Code', refusal.code),
    el('Message', refusal.message),
    ...(refusal.details ?? []).map(([name, text]) => el(name, text)),
    el('Resource', resource),
    el('RequestId', requestId),
    el('TraceId', trace),
  ]);
}
