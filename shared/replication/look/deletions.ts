import type { Place } from '../../cos/index.ts';
import type { KeyListing } from '../run/listing.ts';
import { madeFor } from '../decide/made-for.ts';
import type { Intention, MarkBook, Marks } from '../deletion-records.ts';
import { at } from '../errors.ts';
import { isHalt, type HandOver } from '../halt.ts';
import type { Needs } from '../run/run.ts';
import type { StackItem, Together } from '../types.ts';
import { compareRanks, timeOfVersionId, type Rank } from '../../identity/index.ts';
import { DELETE_LANDING_MS, REGION_SLACK_MS } from '../../durations/index.ts';

/** Records of our delete markers, where source or destination replicate in more than one direction. */
export interface Peers {
  /** Version IDs of delete markers at the source that replication made: like replicas, they are not passed on. */
  readonly madeAtSource: ReadonlySet<string>;
  /** The rank of the newest deletion that each of our delete markers at the destination stands for, by version ID. */
  readonly ranks: ReadonlyMap<string, Rank>;
  /** Whether the destination is also a source. */
  readonly shared: boolean;
  /**
   * ms since 1970, by side. An unrecorded delete marker from then on may be one of ours that is being made right now,
   * or that a killed run made. Infinity: none may.
   */
  readonly unsureSince: { readonly source: number; readonly destination: number };
}

const NONE: Marks = { made: [], intended: [] };

export async function readPeers(
  run: Needs<'deps' | 'work' | 'books'>,
  source: KeyListing,
  destination: KeyListing,
): Promise<Peers | HandOver> {
  const { books, work } = run;
  // Most keys have no delete markers and need no request.
  const deleted = isDeleted(source);
  const hidden = deleted || isDeleted(destination);
  const [recordedHere, recordedThere] = await Promise.all([
    read(deleted ? books.source : undefined, work.source, work.key),
    read(hidden ? books.destination : undefined, work.destination, work.key),
  ]);
  const here = await resolve(run, 'source', recordedHere, source);
  if (isHalt(here)) return here;
  const there = await resolve(run, 'destination', recordedThere, destination);
  if (isHalt(there)) return there;
  return {
    madeAtSource: new Set(here.made.map((mark) => mark.versionId)),
    ranks: ranksOf(there),
    shared: books.destination !== undefined,
    unsureSince: { source: earliestOf(here), destination: earliestOf(there) },
  };
}

function ranksOf({ made }: Marks): ReadonlyMap<string, Rank> {
  const ranks = new Map<string, Rank>();
  for (const { versionId, rank } of made) {
    const known = ranks.get(versionId);
    if (known === undefined || compareRanks(known, rank) < 0) ranks.set(versionId, rank);
  }
  return ranks;
}

const earliestOf = ({ intended }: Marks): number =>
  intended.reduce((earliest, { time }) => Math.min(earliest, time - REGION_SLACK_MS), Number.POSITIVE_INFINITY);

const isDeleted = (listing: KeyListing): boolean =>
  !listing.complete || listing.entries.some((entry) => entry.deleteMarker);

const read = async (book: MarkBook | undefined, place: Place, key: string): Promise<Marks> =>
  book === undefined ? NONE : at('state', () => book.of(place, key));

/**
 * The facts that `plan` needs about a destination that is also a source. `stack` is the part that the look read, and
 * `destination` says how far the listing went.
 */
export function togetherOf(
  { work, deps }: Needs<'work' | 'deps'>,
  { ranks, unsureSince }: Peers,
  stack: readonly StackItem[],
  destination: KeyListing,
): Together {
  const there = new Set([...destination.entries, ...stack].map(({ versionId }) => versionId));
  const oldest = destination.complete ? 0 : timeOf(destination.entries.at(-1)?.versionId);
  const away = [...ranks].filter(([id]) => !there.has(id) && timeOf(id) >= oldest);
  // A listing may not show it yet. After the settle time somebody has removed it, and that removal must stand.
  const settledBefore = (deps.now() - deps.settings.settleMs) * 1000;
  const gone = away.filter(([id]) => timeOf(id) < settledBefore).map(([, rank]) => rank);
  return {
    source: work.source.bucket,
    settled: unsureSince.destination === Number.POSITIVE_INFINITY && away.length === gone.length,
    // P36: A deletion that was taken back is not made again.
    undone: gone,
  };
}

const timeOf = (versionId: string | undefined): number => timeOfVersionId(versionId ?? '') ?? 0;

/**
 * Finds the results of delete markers that earlier runs intended. Those of this replication are put on record: this run
 * has the key, so those runs are over. Those of other replications are only known to this look: their DELETE has landed,
 * or never will.
 */
async function resolve(
  { work, deps, books }: Needs<'work' | 'deps' | 'books'>,
  side: 'source' | 'destination',
  { made, intended }: Marks,
  listing: KeyListing,
): Promise<Marks | HandOver> {
  const book = side === 'destination' && !deps.readOnly ? books.destination : undefined;
  const writer = book?.writerOf(work.source);
  const known = [...made];
  const open: Intention[] = [];
  for (const intention of intended) {
    const age = deps.now() - intention.time;
    const isSettled = age >= DELETE_LANDING_MS + deps.settings.settleMs;
    const own = intention.writer === writer ? book : undefined;
    if (age < DELETE_LANDING_MS || (own === undefined && !isSettled)) {
      open.push(intention);
      continue;
    }
    const listed = await listing.until((oldest) => oldest.lastModified < intention.time - REGION_SLACK_MS);
    if (isHalt(listed)) return listed;
    const found = madeFor(intention, listed, { made: known, intended }, work[side].bucket);
    if (found !== undefined) {
      const { versionId } = found;
      if (own === undefined) known.push({ ...intention, versionId });
      else known.push(await at('state', () => own.settle(work.destination, work.key, intention, versionId)));
      continue;
    }
    // P35c: The replication that wrote the record may never look at the key again.
    if (!isSettled) open.push(intention);
    else if (own !== undefined) await at('state', () => own.drop(intention));
  }
  return { made: known, intended: open };
}
