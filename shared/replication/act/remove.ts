import { samePlace } from '../../cos/index.ts';
import type { ObjectHead, Place } from '../../cos/index.ts';
import { mayStandFor, ownMarker, ownMetadata, refOfHead, sameBytes, versionIdOf } from '../../identity/index.ts';
import { isCopied, LookAgain } from '../look/observe.ts';
import type { Session } from '../session.ts';
import { isOwn, type OwnItem } from '../types.ts';

/**
 * Removes a replica that another one stands for: `keep`, or the one that this run wrote last of the same version. Nothing is
 * removed on a listing's word, so both are asked for by ID once more, and nothing on the word of metadata alone, which whoever
 * reads a replica can put on an object of his own: unless both have the bytes of the source, or are alike where the source is
 * gone, both stay. So does one that a user has copied meanwhile, because that copy would be taken for ours without it.
 */
export async function remove(session: Session, item: OwnItem, keep?: OwnItem): Promise<void> {
  const { destination, key } = session.work;
  await session.writable();
  if (await isCopied(session, item)) return;
  const other = keep ?? session.written.filter(isOwn).findLast((one) => one !== item && isSameVersion(one, item));
  const [gone, stays] = await Promise.all([provenOurs(session, item), other && provenOurs(session, other)]);
  if (stays === undefined) throw new LookAgain();
  if (await isReplaced(session, item, gone, stays)) await removeVersion(session, destination, key, item.versionId);
}

const isSameVersion = (a: OwnItem, b: OwnItem): boolean =>
  a.marker.ref.id === b.marker.ref.id && samePlace(a.marker.source, b.marker.source);

/** HEAD of a version that bears the marker it is known by. Throws `LookAgain` where it has gone or is not ours any more. */
async function provenOurs(session: Session, item: OwnItem): Promise<ObjectHead> {
  const result = await session.headDestination(item.versionId);
  if (!result.found) throw new LookAgain();
  const marker = ownMarker(await session.claimOf(result.head, 'destination'));
  if (marker === undefined || marker.id !== item.marker.id) throw new LookAgain();
  return result.head;
}

async function isReplaced(session: Session, item: OwnItem, gone: ObjectHead, stays: ObjectHead): Promise<boolean> {
  if (!sameBytes(gone, stays) || !sameAttributes(gone, stays)) return false;
  const original = await originalOf(session, item);
  return original === undefined || mayStandFor(stays, gone, original);
}

/** The version that a replica was made of; undefined: it has gone, or lies where this deployment does not read. */
async function originalOf(session: Session, { marker }: OwnItem): Promise<ObjectHead | undefined> {
  const side = (['source', 'destination'] as const).find((one) => samePlace(marker.source, session.work[one]));
  if (side === undefined) return undefined;
  const versionId = versionIdOf(marker.ref);
  const result = await (side === 'source' ? session.headSource(versionId) : session.headDestination(versionId));
  return result.found && refOfHead(result.head).id === marker.ref.id ? result.head : undefined;
}

/** What somebody else has changed about a copy of a replica shows that it is his. */
const sameAttributes = (a: ObjectHead, b: ObjectHead): boolean =>
  textOf(a.headers) === textOf(b.headers) && textOf(ownMetadata(a.meta)) === textOf(ownMetadata(b.meta));

const textOf = (record: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** Only for what an answer has named, or `remove` has proved. */
export async function removeVersion(session: Session, place: Place, key: string, versionId: string): Promise<void> {
  await session.at('destination', () => session.deps.cos.deleteObject(place, key, versionId));
  session.removed.add(versionId);
  const at = session.written.findIndex((item) => item.versionId === versionId);
  if (at !== -1) session.written.splice(at, 1);
  session.counts.removed += 1;
}
