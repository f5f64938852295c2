import type { Preconditions } from '../../cos/index.ts';
import type { Headers } from './call.ts';
import { parseHttpDate } from './times.ts';

/** The four conditions of a read or, with the prefix `x-cos-copy-source-`, of a copy. */
export function preconditionsFrom(headers: Headers, prefix: '' | 'x-cos-copy-source-'): Preconditions {
  const ifMatch = headers.get(`${prefix}if-match`);
  const ifNoneMatch = headers.get(`${prefix}if-none-match`);
  const ifModifiedSince = parseHttpDate(headers.get(`${prefix}if-modified-since`));
  const ifUnmodifiedSince = parseHttpDate(headers.get(`${prefix}if-unmodified-since`));
  return {
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
    ...(ifModifiedSince === undefined ? {} : { ifModifiedSince }),
    ...(ifUnmodifiedSince === undefined ? {} : { ifUnmodifiedSince }),
  };
}
