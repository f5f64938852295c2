import type { Pairs } from '../signing/index.ts';
import { header, failureOfStatus, quoted } from './answers.ts';
import { attributeHeaders, copySourceHeaders, directiveHeaders } from './attributes.ts';
import { UnusableAnswer } from './calls.ts';
import type { AnswerReader, Call, Invoke } from './calls.ts';
import { quickCopy, strictCopy } from './copy-answer.ts';
import { readDate, readHead, requireEtag, requireNumber } from './head.ts';
import type { Answer } from './transport.ts';
import type { Cos, HeadResult, StoredObject, WriteResult } from './types.ts';

export type ObjectCalls = Pick<
  Cos,
  'headObject' | 'getObject' | 'getRange' | 'putObject' | 'copyObject' | 'deleteObject'
>;

/** Least room for the body of an error, in bytes: it may be longer than the requested range. */
const ERROR_ROOM = 64 * 1024;

export function objectCalls(invoke: Invoke): ObjectCalls {
  return {
    headObject: (place, key, versionId) =>
      invoke({
        method: 'HEAD',
        place,
        key,
        query: versionQuery(versionId),
        effect: 'read',
        accepts: [404],
        reader: reading(readHeadResult),
      }),

    getObject: (place, key, { limit, unless } = {}) => {
      const call: Call<StoredObject | undefined> = {
        method: 'GET',
        place,
        key,
        effect: 'read',
        ...(limit === undefined ? {} : { limit }),
        ...(unless === undefined ? {} : { headers: [['If-None-Match', unless]] }),
        accepts: unless === undefined ? [404] : [304, 404],
        reader: reading((answer) => {
          if (answer.status === 404) {
            const failure = failureOfStatus(call, answer);
            if (failure.code === 'NoSuchKey') return undefined;
            throw failure;
          }
          if (answer.status === 304 && unless !== undefined) {
            const date = readDate(answer);
            return { body: new Uint8Array(), etag: unless, lastModified: date, date, unchanged: true };
          }
          if (!answer.framed) throw new UnusableAnswer('the answer does not say how long it is');
          const lastModified = requireNumber(answer, 'last-modified', Date.parse);
          return { body: answer.body, etag: requireEtag(answer), lastModified, date: readDate(answer) };
        }),
      };
      return invoke(call);
    },

    getRange: (place, key, { versionId, range: [first, last] }) =>
      invoke({
        method: 'GET',
        place,
        key,
        query: versionQuery(versionId),
        headers: [['Range', `bytes=${first}-${last}`]],
        effect: 'read',
        limit: Math.max(last - first + 1, ERROR_ROOM),
        reader: reading(({ body }) => {
          if (body.length !== last - first + 1) throw new UnusableAnswer('the answer is not of the bytes asked for');
          return body;
        }),
      }),

    putObject: (
      place,
      key,
      body,
      { contentType = 'application/octet-stream', forbidOverwrite = false, encrypted = false } = {},
    ) =>
      invoke({
        method: 'PUT',
        place,
        key,
        headers: [
          ['Content-Type', contentType],
          ...(forbidOverwrite ? [['x-cos-forbid-overwrite', 'true'] as const] : []),
          ...(encrypted ? [['x-cos-server-side-encryption', 'AES256'] as const] : []),
        ],
        body,
        effect: forbidOverwrite ? 'repeatable' : 'write',
        reader: reading((answer) => ({
          versionId: header(answer, 'x-cos-version-id'),
          etag: requireEtag(answer),
          crc64: header(answer, 'x-cos-hash-crc64ecma'),
        })),
      }),

    copyObject: async (place, key, source, attributes) => {
      const call: Call<WriteResult> = {
        method: 'PUT',
        place,
        key,
        headers: [...copySourceHeaders(source), ...directiveHeaders(attributes), ...attributeHeaders(attributes)],
        effect: 'write',
        slow: true,
        reader: reading((answer) => {
          const { etag, versionId, crc64 } = quickCopy(answer.body) ?? strictCopy(call, answer);
          return {
            versionId: versionId || header(answer, 'x-cos-version-id'),
            etag: quoted(etag),
            crc64: crc64 || header(answer, 'x-cos-hash-crc64ecma'),
          };
        }),
      };
      return invoke(call);
    },

    deleteObject: (place, key, versionId) =>
      invoke({
        method: 'DELETE',
        place,
        key,
        query: versionQuery(versionId),
        // Without a version ID each request adds a delete marker.
        effect: versionId === undefined ? 'write' : 'repeatable',
        reader: reading((answer) => ({
          versionId: header(answer, 'x-cos-version-id'),
          deleteMarker: header(answer, 'x-cos-delete-marker') === 'true',
        })),
      }),
  };
}

export function versionQuery(versionId: string | undefined): Pairs {
  return versionId === undefined ? [] : [['versionId', versionId]];
}

export function reading<T>(read: (answer: Answer) => T): () => AnswerReader<T> {
  const reader = { read };
  return () => reader;
}

/** A proxy may answer 404 or 403 too, and an answer to HEAD has no body that would show the difference. */
export function requireRequestId(answer: Answer): void {
  if (!header(answer, 'x-cos-request-id')) throw new UnusableAnswer('the answer does not come from COS');
}

function readHeadResult(answer: Answer): HeadResult {
  if (answer.status !== 404) return { found: true, head: readHead(answer), date: readDate(answer) };
  requireRequestId(answer);
  return {
    found: false,
    date: readDate(answer),
    deleteMarker: header(answer, 'x-cos-delete-marker') === 'true',
    versionId: header(answer, 'x-cos-version-id'),
  };
}
