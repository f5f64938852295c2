import { objectsUnder, type Cos, type ObjectEntry, type Place } from '../cos/index.ts';
import { numberText } from '../scan/index.ts';
import { readNote, VERIFIES, VERIFY_NOTES, VERIFYING, type VerifyName } from './names.ts';

/*
 * Facts that names alone show, so that a function which only starts runs need not read objects: the running
 * verifications, and their ranges that are done or started.
 */

export interface Bucket {
  readonly cos: Cos;
  readonly state: Place;
}

const NOTHING = new Uint8Array();

/** Running verifications, of one bucket or of all. */
export async function openVerifies({ cos, state }: Bucket, bucket?: string): Promise<readonly ObjectEntry[]> {
  const found: ObjectEntry[] = [];
  for await (const entry of objectsUnder(cos, state, VERIFYING + (bucket === undefined ? '' : `${bucket}/`)))
    found.push(entry);
  return found;
}

/** From now on `schedule` starts runs for it. */
export async function openVerify({ cos, state }: Bucket, name: VerifyName, ranges: number): Promise<void> {
  await cos.putObject(state, openName(name, ranges), NOTHING);
}

export async function isOpen({ cos, state }: Bucket, name: VerifyName, ranges: number): Promise<boolean> {
  return (await cos.getObject(state, openName(name, ranges))) !== undefined;
}

/** From now on no run continues it. */
export async function closeVerify({ cos, state }: Bucket, name: VerifyName, ranges: number): Promise<void> {
  await cos.deleteObject(state, openName(name, ranges));
}

const openName = ({ bucket, id }: VerifyName, ranges: number): string =>
  `${VERIFYING}${bucket}/${id}/${numberText(ranges)}`;

/** Marks a range as compared to its end, with its state written. */
export async function markDone({ cos, state }: Bucket, name: VerifyName, range: number): Promise<void> {
  await cos.putObject(state, doneName(name, numberText(range)), NOTHING);
}

export async function doneRanges({ cos, state }: Bucket, name: VerifyName): Promise<ReadonlySet<number>> {
  const prefix = doneName(name, '');
  const found = new Set<number>();
  for await (const { key } of objectsUnder(cos, state, prefix)) found.add(Number(key.slice(prefix.length)));
  return found;
}

const doneName = ({ bucket, id }: VerifyName, range: string): string => `${VERIFIES}${bucket}/${id}/done/${range}`;

/** Starts a run for a range. */
export async function startRange({ cos, state }: Bucket, name: VerifyName, range: number): Promise<void> {
  await cos.putObject(state, noteName(name, numberText(range)), NOTHING);
}

export async function dropNote({ cos, state }: Bucket, name: VerifyName, range: number): Promise<void> {
  await cos.deleteObject(state, noteName(name, numberText(range)));
}

/** Ranges whose run has been started and has not ended, with the start in ms since 1970 by the state bucket's clock. */
export async function startedRanges({ cos, state }: Bucket, name: VerifyName): Promise<ReadonlyMap<number, number>> {
  const found = new Map<number, number>();
  for await (const { key, lastModified } of objectsUnder(cos, state, noteName(name, ''))) {
    const note = readNote(key);
    if (note !== undefined) found.set(note.range, lastModified);
  }
  return found;
}

const noteName = ({ bucket, id }: VerifyName, range: string): string => `${VERIFY_NOTES}${bucket}/${id}/${range}`;
