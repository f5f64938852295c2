import { isBucketName } from '../cos/index.ts';
import { SCANS } from '../scan/index.ts';
import type { Hash } from '../signing/index.ts';

/** The prefix of everything that is stored about verifications. */
export const VERIFIES = 'verifies/';
/**
 * One empty object for each running verification, which `schedule` lists. No bucket has this name: all names end with
 * an APPID.
 */
export const VERIFYING = `${VERIFIES}running/`;
/** Writing an object here starts the `scan` function. */
export const VERIFY_NOTES = `${SCANS}verify/`;

/**
 * The ID of a verification. IDs sort by the time of the start. COS tells whole seconds, so the function's own clock decides
 * within one. `started`, `now`: ms since 1970, by the clocks of COS and of the function.
 */
export const verifyId = (started: number, now: number, rest: string): string =>
  `${Math.floor(Math.min(Math.max(now, started), started + 999))}-${rest}`;

const ID = /^\d{13}-[0-9A-Za-z]{1,40}$/;
export const isVerifyId = (text: string): boolean => ID.test(text);

const OWNER_DIGITS = 8;

/** Names an API key in the IDs of its verifications. The object names alone must show which key owns them. */
export const ownerOf = (secretId: string, hash: Hash): string =>
  hash.sha256(`owner of a verification\0${secretId}`).slice(0, OWNER_DIGITS);

/** Whether the API key with this name requested the verification with this ID. */
export const isOwn = (id: string, owner: string): boolean => id.slice(id.indexOf('-') + 1).startsWith(owner);

export interface VerifyName {
  readonly bucket: string;
  readonly id: string;
}

export interface VerifyNote extends VerifyName {
  readonly range: number;
}

export function readNote(name: string): VerifyNote | undefined {
  const [bucket = '', id = '', range = '', ...more] = name.startsWith(VERIFY_NOTES)
    ? name.slice(VERIFY_NOTES.length).split('/')
    : [];
  const right = isBucketName(bucket) && isVerifyId(id) && /^\d{6}$/.test(range) && more.length === 0;
  return right ? { bucket, id, range: Number(range) } : undefined;
}

/** Reads the name of an object below `VERIFYING`. */
export function readOpenName(name: string): (VerifyName & { readonly ranges: number }) | undefined {
  const [bucket = '', id = '', ranges = '', ...more] = name.slice(VERIFYING.length).split('/');
  const right = isBucketName(bucket) && isVerifyId(id) && /^\d{6}$/.test(ranges) && more.length === 0;
  return right ? { bucket, id, ranges: Number(ranges) } : undefined;
}
