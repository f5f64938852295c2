import { invalidArgument, invalidObjectName, invalidTag, keyTooLong } from './refusals.ts';
import type { Switches } from './switches.ts';
import type { Attributes, StoredAcl } from './types.ts';

export const MEGABYTE = 1024 ** 2;
/** Largest body of one PUT, largest part, and largest source of a simple copy. */
export const SIMPLE_LIMIT = 5 * 1024 ** 3;
/** 48.82 TB, the largest object. */
export const OBJECT_LIMIT = 50_000 * 1024 ** 3;
export const MAX_PARTS = 10_000;

const KEY_BYTES = 850;
/** Empty and single-dot segments, up to the last slash. */
const MERGED = /^(?:\.?\/)+$/;
/** The codes that COS names arrows (CAN to ESC), and a line feed before a carriage return. */
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\x18-\x1b]|\n\r/;
const TAGS = 10;
const TAG_KEY = 128;
const TAG_VALUE = 256;
const GRANTS = 100;
const META_PREFIX = 'x-cos-meta-'.length;

export function checkKey(key: string): void {
  if (key === '') throw invalidObjectName('The object name must not be empty.');
  if (key.length > KEY_BYTES || Buffer.byteLength(key) > KEY_BYTES) throw keyTooLong('Your key is too long.');
}

/** Whether a path is the bucket's own once its slashes and dots are merged: `/./`, `///`. */
export const mergesToRoot = (key: string): boolean => MERGED.test(key);

/** A key that is to be written. Some keys from former times still exist, although they cannot be made any more. */
export function checkNewKey(key: string, switches: Switches): void {
  checkKey(key);
  if (mergesToRoot(key)) throw invalidObjectName('The object name is that of the bucket itself.');
  if (FORBIDDEN.test(key)) throw invalidObjectName('The object name holds characters that are not supported.');
  if (switches.refuseLeadingSlash && /^[/\\]/.test(key)) {
    throw invalidObjectName('The object name must not begin with a slash or a backslash.');
  }
}

/** The attributes as COS keeps them, or a refusal. A copy, so that the caller's objects may change afterwards. */
export function acceptAttributes(attributes: Attributes, switches: Switches): Attributes {
  return {
    ...attributes,
    headers: { ...attributes.headers },
    meta: acceptMeta(attributes.meta, switches),
    tags: acceptTags(attributes.tags),
    acl: acceptObjectAcl(attributes.acl),
    encryption: attributes.encryption && { ...attributes.encryption },
  };
}

function acceptMeta(meta: Attributes['meta'], switches: Switches): Attributes['meta'] {
  const kept: Record<string, string> = {};
  let size = 0;
  for (const [name, value] of Object.entries(meta)) {
    if (!/^[A-Za-z0-9-]+$/.test(name)) throw invalidArgument(`x-cos-meta-${name} is not a name for user metadata.`);
    kept[name.toLowerCase()] = value;
    // Header values are kept as Latin-1, one character per byte on the wire.
    const bytes = META_PREFIX + name.length + value.length;
    if (bytes > switches.metadataHeaderLimit) throw keyTooLong('Your metadata header is too long.');
    size += bytes;
  }
  // COS answers with this code for one header that is too long. Whether the name counts is not documented.
  if (size > switches.metadataLimit) throw keyTooLong('Your metadata headers are too long.');
  return kept;
}

export const acceptTags = (tags: Attributes['tags']): Attributes['tags'] => acceptTagSet(tags, TAGS, 'An object');

export function acceptTagSet(tags: Attributes['tags'], limit: number, holder: string): Attributes['tags'] {
  if (tags.length > limit) throw invalidTag(`${holder} has at most ${limit} tags.`);
  const seen = new Set<string>();
  for (const [key, value] of tags) {
    const length = Array.from(key).length;
    if (length < 1 || length > TAG_KEY) throw invalidTag(`A tag key has 1 to ${TAG_KEY} characters.`);
    if (Array.from(value).length > TAG_VALUE) throw invalidTag(`A tag value has at most ${TAG_VALUE} characters.`);
    if (seen.has(key)) throw invalidTag('A tag key occurs twice.');
    seen.add(key);
  }
  return tags.map(([key, value]) => [key, value] as const);
}

export function acceptObjectAcl(acl: StoredAcl): StoredAcl {
  if (acl.canned === 'public-read-write') throw invalidArgument('An object cannot be public-read-write.');
  return acceptAcl(acl);
}

export function acceptAcl(acl: StoredAcl): StoredAcl {
  if (acl.grants.length > GRANTS) throw invalidArgument(`An access control list has at most ${GRANTS} grants.`);
  return { ...acl, grants: acl.grants.map((grant) => ({ ...grant })) };
}

/** Entries of one page: the value asked for, at most 1000, which is also the default. */
export function pageSize(name: string, asked: number | undefined): number {
  if (asked === undefined) return 1000;
  if (!Number.isInteger(asked) || asked < 0) throw invalidArgument(`${name} must be an integer from 0 to 1000.`);
  return Math.min(asked, 1000);
}
