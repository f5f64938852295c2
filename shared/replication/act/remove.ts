import { samePlace } from '../../cos/index.ts';
import type { ObjectHead } from '../../cos/index.ts';
import { mayStandFor, ownMarker, ownMetadata, refOfHead, sameBytes, versionIdOf } from '../../identity/index.ts';
import { isCopied, type StackReading } from '../look/stack.ts';
import type { Needs } from '../run/run.ts';
import { at } from '../errors.ts';
import { isHalt, LOOK_AGAIN, type Halt, type LookAgain } from '../halt.ts';
import { claimAt } from '../look/claim.ts';
import { isOwn, type OwnItem } from '../types.ts';

type Removing = StackReading & Needs<'gate' | 'deedLog'>;

/**
 * Removes a replica that another one replaces: `keep`, or the last one that this run wrote of the same version. A
 * listing alone is no reason to remove anything, so both are requested by ID once more. Metadata alone is none either,
 * because a user who reads a replica can put its metadata on another object: both stay unless both have the bytes of
 * the source, or are alike where the source is gone. A replica that a user has copied stays too, because without it the
 * copy would count as ours.
 */
export async function remove(run: Removing, item: OwnItem, keep?: OwnItem): Promise<Halt | undefined> {
  const halt = await run.gate.closed();
  if (halt) return halt;
  const copied = await isCopied(run, item);
  if (isHalt(copied)) return copied;
  if (copied) return undefined;
  const other = keep ?? run.deeds.written.filter(isOwn).findLast((one) => one !== item && isSameVersion(one, item));
  const [gone, stays] = await Promise.all([provenOurs(run, item), other && provenOurs(run, other)]);
  if (isHalt(gone)) return gone;
  if (stays === undefined || isHalt(stays)) return LOOK_AGAIN;
  if (await isReplaced(run, item, gone, stays)) await removeVersion(run, item.versionId);
  return undefined;
}

const isSameVersion = (a: OwnItem, b: OwnItem): boolean =>
  a.marker.ref.id === b.marker.ref.id && samePlace(a.marker.source, b.marker.source);

/** The HEAD of a version that still bears its known marker. Otherwise the run has to look again. */
async function provenOurs(
  run: Needs<'deps' | 'work' | 'heads' | 'books'>,
  item: OwnItem,
): Promise<ObjectHead | LookAgain> {
  const result = await run.heads.destination(item.versionId);
  if (!result.found) return LOOK_AGAIN;
  const marker = ownMarker(await claimAt(run, result.head, 'destination'));
  if (marker === undefined || marker.id !== item.marker.id) return LOOK_AGAIN;
  return result.head;
}

async function isReplaced(
  run: Needs<'work' | 'heads'>,
  item: OwnItem,
  gone: ObjectHead,
  stays: ObjectHead,
): Promise<boolean> {
  // P18: If the remaining replica has other bytes, both stay.
  if (!sameBytes(gone, stays) || !sameAttributes(gone, stays)) return false;
  const original = await originalOf(run, item);
  return original === undefined || mayStandFor(stays, gone, original);
}

/**
 * The version that a replica was made from. Undefined when it is gone, or lies in a bucket that this deployment does
 * not read.
 */
async function originalOf(
  { work, heads }: Needs<'work' | 'heads'>,
  { marker }: OwnItem,
): Promise<ObjectHead | undefined> {
  const side = (['source', 'destination'] as const).find((one) => samePlace(marker.source, work[one]));
  if (side === undefined) return undefined;
  const versionId = versionIdOf(marker.ref);
  const result = await (side === 'source' ? heads.source(versionId) : heads.destination(versionId));
  return result.found && refOfHead(result.head).id === marker.ref.id ? result.head : undefined;
}

/**
 * Whether two replicas have the same headers and metadata. If they differ, a user has changed a copy, which is then the
 * user's own.
 */
const sameAttributes = (a: ObjectHead, b: ObjectHead): boolean =>
  textOf(a.headers) === textOf(b.headers) && textOf(ownMetadata(a.meta)) === textOf(ownMetadata(b.meta));

const textOf = (record: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** Only for a version that an answer has named, or that `remove` has proved. */
export async function removeVersion(
  { deps, work, deedLog }: Needs<'deps' | 'work' | 'deedLog'>,
  versionId: string,
): Promise<void> {
  await at('destination', () => deps.cos.deleteObject(work.destination, work.key, versionId));
  deedLog.hasRemoved(versionId);
}
