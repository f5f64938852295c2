import { ServiceError } from '../../errors/index.ts';
import { isNull, type Rank } from '../../identity/index.ts';
import { at } from '../errors.ts';
import { governingRule } from '../../rules/index.ts';
import { isHalt, type Ending } from '../halt.ts';
import type { Needs } from '../run/run.ts';
import type { DeleteMarkerItem } from '../types.ts';

type Marking = Needs<'deps' | 'work' | 'time' | 'gate' | 'deedLog'>;

/** Hides the key at the destination as it is hidden at the source. Throws `CosError`. */
export async function mark(run: Marking): Promise<Ending | undefined> {
  const made = await makeMarker(run);
  return isHalt(made) ? made : undefined;
}

/** The same at a destination that is also a source: a record first says which deletion the delete marker stands for. */
export async function hide(run: Marking & Needs<'books'>, rank: Rank): Promise<Ending | undefined> {
  const { books, work } = run;
  const halt = await run.gate.closed();
  if (halt) return halt;
  const book = books.destination;
  const intention = await at('state', async () => book?.intend(work.destination, work.key, rank, work.source));
  if (book === undefined || intention === undefined) {
    const made = await makeMarker(run, rank);
    return isHalt(made) ? made : undefined;
  }
  // Certainly not made, so no run has to look for it. If this removal fails too, a later look finds out.
  const drop = (): Promise<void> => book.drop(intention).catch(() => undefined);
  let made: string | Ending | undefined;
  try {
    made = await makeMarker(run, rank);
  } catch (error) {
    if (error instanceof ServiceError && error.outcome === 'none') await drop();
    throw error;
  }
  if (isHalt(made)) {
    await drop();
    return made;
  }
  // `null` is used again, so it identifies no version.
  if (made !== undefined && !isNull(made)) {
    const versionId = made;
    await at('state', () => book.settle(work.destination, work.key, intention, versionId));
  }
  return undefined;
}

/**
 * Our delete marker hides the key already; a record says that it stands for this newer deletion too. If a user removes
 * it later, both deletions are taken back. The look has found it on top by a HEAD that came after both listings.
 */
export async function stand(
  { books, work, gate }: Needs<'work' | 'gate' | 'books'>,
  { versionId }: DeleteMarkerItem,
  rank: Rank,
): Promise<Ending | undefined> {
  const halt = await gate.closed();
  if (halt) return halt;
  await at('state', async () => books.destination?.stand(work.destination, work.key, versionId, rank));
  return undefined;
}

/** Returns the version ID of the delete marker if the answer names it. */
async function makeMarker(
  { deps, work, time, gate, deedLog }: Marking,
  rank?: Rank,
): Promise<string | Ending | undefined> {
  const halt = (await gate.closed()) ?? time.over();
  if (halt) return halt;
  const { versionId } = await at('destination', () => deps.cos.deleteObject(work.destination, work.key));
  deedLog.marked(
    versionId === undefined
      ? undefined
      : { versionId, time: deps.now(), kind: 'delete-marker', ...(rank === undefined ? {} : { rank }) },
  );
  // The rules were checked before. This only finds the rule for the count of its cost.
  const rule = governingRule(work.rules, { deleteMarker: true, time: Number.POSITIVE_INFINITY });
  deps.settings.marked({ source: work.source, destination: work.destination, rule: rule?.id ?? '' });
  return versionId;
}
