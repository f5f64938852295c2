import { createHash } from 'node:crypto';

import { MAX_DOCUMENT } from '../../../shared/rules/index.ts';
import type { HttpRequest } from '../../../shared/scf/index.ts';
import { refuse } from '../response/errors.ts';

/** 16 bytes in base64. */
const DIGEST = /^[A-Za-z0-9+/]{21}[AQgw]==$/;

/**
 * The body of a write, checked against its headers; an `optional` one may be missing. Throws `ServiceError` with COS's
 * code: `MissingContentLength` (411), `MissingRequestBodyError`, `IncompleteBody`, `EntitySizeNotMatch`,
 * `XMLSizeLimit`, `InvalidDigest`, `BadDigest` (400).
 */
export function readContent({ headers, body }: HttpRequest, optional = false): Uint8Array {
  const header = (name: string) => headers.find(([candidate]) => candidate === name)?.[1];
  const length = header('content-length') ?? (optional ? String(body.length) : undefined);
  checkLength(length, header('transfer-encoding'), body);
  if (body.length > MAX_DOCUMENT) {
    throw refuse(400, 'XMLSizeLimit', `The body is larger than ${MAX_DOCUMENT} bytes.`);
  }
  if (body.length === 0 && !optional) throw refuse(400, 'MissingRequestBodyError', 'Request body is empty.');
  checkDigest(header('content-md5'), body);
  return body;
}

function checkLength(stated: string | undefined, encoding: string | undefined, body: Uint8Array): void {
  const { length } = body;
  if (stated === undefined) {
    // A front end may drop the header after reading the body, and a chunked body never had it.
    if (length > 0 && encoding === undefined) return;
    throw refuse(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  if (!/^\d{1,15}$/.test(stated)) throw refuse(400, 'InvalidRequest', 'Content-Length is not a number.');
  if (Number(stated) > length) {
    throw refuse(
      400,
      'IncompleteBody',
      'You did not provide the number of bytes specified by the Content-Length HTTP header.',
    );
  }
  if (Number(stated) < length) {
    const why = holdsReplaced(body) ? ' It is not UTF-8, and other bytes were replaced on the way here.' : '';
    throw refuse(400, 'EntitySizeNotMatch', `The body is longer than the Content-Length HTTP header says.${why}`);
  }
}

/** The platform passes a request as text, with this character in place of each byte that is not UTF-8. */
const holdsReplaced = (body: Uint8Array): boolean =>
  Buffer.from(body.buffer, body.byteOffset, body.length).includes('\ufffd');

function checkDigest(stated: string | undefined, body: Uint8Array): void {
  if (stated === undefined) return;
  if (!DIGEST.test(stated)) throw refuse(400, 'InvalidDigest', 'The Content-MD5 you specified is not valid.');
  if (createHash('md5').update(body).digest('base64') !== stated) {
    throw refuse(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
}
