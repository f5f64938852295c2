import type { VersionEntry } from '../cos/index.ts';
import { compareKeys } from './order.ts';
import type { VersionStream } from './streams.ts';

/** Both stacks of one key as listed, newest first. */
export interface KeyStacks {
  readonly key: string;
  readonly source: readonly VersionEntry[];
  readonly destination: readonly VersionEntry[];
  /** False: a stack has more entries than are kept; these are the newest of it. */
  readonly whole: boolean;
}

/** Entries of one stack that are kept; what is deeper is only counted and hashed. */
export const STACK_KEPT = 1000;

/** Sees every entry of a key in turn, also those that are not kept. */
export interface Witness {
  begin(key: string): void;
  source(entry: VersionEntry, position: number): void;
  destination(entry: VersionEntry, position: number): void;
}

/**
 * The next key of two listings that are both in the order of COS; undefined: both have ended. Holds one key's stacks, and
 * of a long one its newest entries. Throws `CosError`, `ListingOutOfOrder`.
 */
export async function nextKey(
  source: VersionStream,
  destination: VersionStream,
  witness: Witness,
): Promise<KeyStacks | undefined> {
  if (source.head === undefined && !source.ended) await source.fill();
  if (destination.head === undefined && !destination.ended) await destination.fill();
  const key = lower(source.head?.key, destination.head?.key);
  if (key === undefined) return undefined;
  witness.begin(key);
  const ofSource: VersionEntry[] = [];
  const ofDestination: VersionEntry[] = [];
  const sources = await take(source, key, ofSource, (entry, at) => witness.source(entry, at));
  const destinations = await take(destination, key, ofDestination, (entry, at) => witness.destination(entry, at));
  return {
    key,
    source: ofSource,
    destination: ofDestination,
    whole: sources === ofSource.length && destinations === ofDestination.length,
  };
}

function lower(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined) return b;
  return b === undefined || compareKeys(a, b) <= 0 ? a : b;
}

/** Returns how many entries the key has. */
async function take(
  stream: VersionStream,
  key: string,
  into: VersionEntry[],
  see: (entry: VersionEntry, position: number) => void,
): Promise<number> {
  let count = 0;
  for (;;) {
    let { head } = stream;
    while (head !== undefined && head.key === key) {
      see(head, count);
      if (count < STACK_KEPT) into.push(head);
      count += 1;
      stream.skip();
      head = stream.head;
    }
    if (head !== undefined || stream.ended) return count;
    await stream.fill();
  }
}
