import { ServiceError } from '../errors/index.ts';
import { encode } from '../signing/index.ts';
import type { Pairs } from '../signing/index.ts';
import { LONGEST_KEY } from './limits.ts';
import { hostOf } from './places.ts';
import type { CopySource } from './types.ts';

export interface KeyProblem {
  readonly code: 'InvalidObjectName' | 'KeyTooLong';
  readonly reason: string;
}
/** Paths that COS merges into that of the bucket itself: only empty and single-dot segments. */
const BUCKET_PATH = /^(?:\.?\/)+$/;

/**
 * Why a text cannot be the key of an object; undefined when it can. It is asked before anything is sent, because a call
 * with an empty key, or with one that COS merges into nothing, would reach the bucket itself (`DELETE /`).
 */
export function keyProblem(key: string): KeyProblem | undefined {
  if (key === '') return { code: 'InvalidObjectName', reason: 'the key is empty' };
  if (BUCKET_PATH.test(key)) return { code: 'InvalidObjectName', reason: 'the key stands for the bucket itself' };
  if (Buffer.byteLength(key) > LONGEST_KEY) {
    return { code: 'KeyTooLong', reason: `the key is longer than ${LONGEST_KEY} bytes` };
  }
  // A lone surrogate has no UTF-8 form. It would be replaced, and the request would name another object.
  if (/\p{Surrogate}/u.test(key)) return { code: 'InvalidObjectName', reason: 'the key is not Unicode text' };
  return undefined;
}

/**
 * A key as it stands in a request line: every byte outside `A-Z a-z 0-9 - _ . ~` is percent-encoded, slashes are kept.
 * Nothing is normalised: `/a`, `a//b`, `.` and `..` are keys like any other.
 */
export function encodeKey(key: string): string {
  return encode(key).replaceAll('%2F', '/');
}

/** The request target in origin form. A bare name (`?uploads`) has an empty value. */
export function targetOf(key: string, query: Pairs): string {
  const path = `/${encodeKey(key)}`;
  if (query.length === 0) return path;
  const pairs = query.map(([name, value]) => (value === '' ? encode(name) : `${encode(name)}=${encode(value)}`));
  return `${path}?${pairs.join('&')}`;
}

/**
 * The value of `x-cos-copy-source`: host, encoded key and version, without a scheme. Throws `ServiceError` for a source
 * that would name another object or version than intended.
 */
export function copySourceOf(source: Pick<CopySource, 'place' | 'key' | 'versionId'>): string {
  const problem = keyProblem(source.key);
  if (problem) throw new ServiceError(`Copy source: ${problem.reason}`, { code: problem.code, status: 400 });
  if (source.versionId === '') {
    throw new ServiceError('Copy source: the version ID is empty', { code: 'InvalidArgument', status: 400 });
  }
  const version = source.versionId === undefined ? '' : `?versionId=${encode(source.versionId)}`;
  return `${hostOf(source.place)}/${encodeKey(source.key)}${version}`;
}
