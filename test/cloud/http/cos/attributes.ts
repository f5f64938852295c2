import mime from 'mime';
import type { Attributes } from '../../cos/index.ts';
import { aclFromHeaders } from './acl.ts';
import type { Headers } from './call.ts';
import { encryptionFromHeaders } from './encryption.ts';
import { lockFromHeaders } from './settings/object-lock.ts';
import { tagsFromText } from './tags.ts';

const META = 'x-cos-meta-';
/** Headers of a write that COS keeps beside user metadata, by its documentation of PUT Object. */
export const KEPT = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
  'x-cos-website-redirect-location',
];

/** Metadata of a write, from the headers of PUT, copy and initiate. The storage core checks names and limits. */
export function attributesFrom(headers: Headers, key: string): Attributes {
  const content: Record<string, string> = {};
  for (const name of KEPT) {
    const value = headers.get(name);
    if (value !== undefined && value !== '') content[name] = value;
  }
  content['content-type'] ??= typeByKey(key);
  return {
    headers: content,
    meta: metaFrom(headers),
    storageClass: headers.get('x-cos-storage-class') ?? '',
    tags: tagsFromText(headers.get('x-cos-tagging') ?? ''),
    acl: aclFromHeaders(headers, 'default'),
    encryption: encryptionFromHeaders(headers),
    ...lockFromHeaders(headers),
  };
}

/** COS derives the type from the file name extension where a write names none. */
function typeByKey(key: string): string {
  const ending = /\.([^./]+)$/.exec(key)?.[1];
  return (ending === undefined ? null : mime.getType(ending)) ?? 'application/octet-stream';
}

function metaFrom(headers: Headers): Record<string, string> {
  const meta: Record<string, string> = {};
  for (const [name, value] of headers.entries()) {
    if (name.startsWith(META)) meta[name.slice(META.length)] = value;
  }
  return meta;
}
