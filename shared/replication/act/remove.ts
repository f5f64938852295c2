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
 * Removes a replica that another one stands for: `keep`, or the one that this run wrote last of the same version. Nothing is
 * removed on a listing's word, so both are asked for by ID once more, and nothing on the word of metadata alone, which whoever
 * reads a replica can put on an object of his own: unless both have the bytes of the source, or are alike where the source is
 * gone, both stay. So does one that a user has copied meanwhile, because that copy would be taken for ours without it.
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

/** HEAD of a version that bears the marker it is known by; or it has gone, or is not ours any more. */
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
  // P18: The replica that stays has the same bytes, or the other one stays too.
  if (!sameBytes(gone, stays) || !sameAttributes(gone, stays)) return false;
  const original = await originalOf(run, item);
  return original === undefined || mayStandFor(stays, gone, original);
}

/** The version that a replica was made of; undefined: it has gone, or lies where this deployment does not read. */
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

/** Whether two replicas have the same headers and metadata. A user who changed a copy has made it his own. */
const sameAttributes = (a: ObjectHead, b: ObjectHead): boolean =>
  textOf(a.headers) === textOf(b.headers) && textOf(ownMetadata(a.meta)) === textOf(ownMetadata(b.meta));

const textOf = (record: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** Only for what an answer has named, or `remove` has proved. */
export async function removeVersion(
  { deps, work, deedLog }: Needs<'deps' | 'work' | 'deedLog'>,
  versionId: string,
): Promise<void> {
  await at('destination', () => deps.cos.deleteObject(work.destination, work.key, versionId));
  deedLog.hasRemoved(versionId);
}
