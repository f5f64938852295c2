import type { Place } from '../../cos/index.ts';
import type { KeyListing } from '../run/listing.ts';
import { madeFor } from '../decide/made-for.ts';
import type { Intention, MarkBook, Marks } from '../deletion-records.ts';
import type { Rank } from '../../identity/index.ts';
import { at } from '../errors.ts';
import { isHalt, type HandOver } from '../halt.ts';
import type { Needs } from '../run/run.ts';
import type { StackItem, Together } from '../types.ts';
import { timeOfVersionId } from '../../identity/index.ts';
import { DELETE_LANDING_MS, REGION_SLACK_MS } from '../../durations/index.ts';

/** Records of our delete markers, where source or destination replicate in more than one direction. */
export interface Peers {
  /** Version IDs of delete markers at the source that replication made: like replicas, they are not passed on. */
  readonly madeAtSource: ReadonlySet<string>;
  /** The rank of the deletion that each of our delete markers at the destination stands for, by version ID. */
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
  const [atSource, there] = await Promise.all([
    read(deleted ? books.source : undefined, work.source, work.key),
    read(hidden ? books.destination : undefined, work.destination, work.key),
  ]);
  const resolved =
    books.destination === undefined || run.deps.readOnly
      ? there
      : await resolve(run, books.destination, there, destination);
  if (isHalt(resolved)) return resolved;
  return {
    madeAtSource: new Set(atSource.made.map((mark) => mark.versionId)),
    ranks: new Map(resolved.made.map((mark) => [mark.versionId, mark.rank])),
    shared: books.destination !== undefined,
    unsureSince: { source: earliestOf(atSource), destination: earliestOf(resolved) },
  };
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
 * Finds the results of delete markers that earlier runs of this replication intended. This run has the key, so those
 * runs are over.
 */
async function resolve(
  { work, deps }: Needs<'work' | 'deps'>,
  book: MarkBook,
  { made, intended }: Marks,
  stack: KeyListing,
): Promise<Marks | HandOver> {
  const writer = book.writerOf(work.source);
  const known = [...made];
  const open: Intention[] = [];
  for (const intention of intended) {
    const age = deps.now() - intention.time;
    if (intention.writer !== writer || age < DELETE_LANDING_MS) {
      open.push(intention);
      continue;
    }
    const listed = await stack.until((oldest) => oldest.lastModified < intention.time - REGION_SLACK_MS);
    if (isHalt(listed)) return listed;
    const found = madeFor(intention, listed, { made: known, intended }, work.destination.bucket);
    if (found !== undefined) {
      known.push(await at('state', () => book.settle(work.destination, work.key, intention, found.versionId)));
    } else if (age < DELETE_LANDING_MS + deps.settings.settleMs) open.push(intention);
    else await at('state', () => book.drop(intention));
  }
  return { made: known, intended: open };
}
