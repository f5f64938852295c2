const TOP = (1n << 64n) - 1n;

/** The version of objects that were written before versioning was set or while it is suspended. */
export const NULL_VERSION = 'null';

/**
 * COS's version IDs are unpadded base64 of the decimal text of 2^64-1 minus the microseconds of creation, so the newest
 * sorts first by number. Undocumented; derived from published samples.
 */
export function mintVersionId(time: number): string {
  return Buffer.from((TOP - BigInt(time)).toString())
    .toString('base64')
    .replace(/=+$/, '');
}

/** The microseconds in a version ID, or undefined when it is not one. */
export function timeOfVersionId(versionId: string): number | undefined {
  const text = Buffer.from(versionId, 'base64').toString('latin1');
  if (!/^[0-9]{1,20}$/.test(text)) return undefined;
  const time = TOP - BigInt(text);
  return time >= 0n && time <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(time) : undefined;
}
