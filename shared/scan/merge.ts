import type { VersionEntry } from '../cos/index.ts';
import { compareKeys } from './order.ts';
import type { VersionStream } from './streams.ts';

/** Both stacks of one key as listed, newest first. */
export interface KeyStacks {
  readonly key: string;
  readonly source: readonly VersionEntry[];
  readonly destination: readonly VersionEntry[];
  /** False when a stack has more entries than are kept; these are its newest. */
  readonly whole: boolean;
}

/** Entries of one stack that are kept. Deeper entries are only counted and hashed. */
export const STACK_KEPT = 1000;

/** Sees every entry of a key in turn, including those that are not kept. */
export interface Witness {
  begin(key: string): void;
  source(entry: VersionEntry, position: number): void;
  destination(entry: VersionEntry, position: number): void;
}

/**
 * The next key of two listings that are both in the order of COS; undefined when both have ended. It holds one key's
 * stacks, of a long one the newest entries. It returns a promise only where it has to wait for a page: most keys lie on
 * the pages at hand, and awaiting each would take longer than reading it. Throws `CosError`, `AnswerOutOfOrder`.
 */
export function nextKey(
  source: VersionStream,
  destination: VersionStream,
  witness: Witness,
): KeyStacks | undefined | Promise<KeyStacks | undefined> {
  if (isDry(source) || isDry(destination)) return afterPages(source, destination, witness);
  const key = lower(source.head?.key, destination.head?.key);
  if (key === undefined) return undefined;
  witness.begin(key);
  const stacks: Stacks = { key, source: [], destination: [], whole: true };
  const seen = take(source, stacks, 'source', 0, witness);
  if (isDry(source)) return theRest(source, destination, stacks, { source: seen, destination: 0 }, witness);
  const other = take(destination, stacks, 'destination', 0, witness);
  if (isDry(destination)) return theRest(source, destination, stacks, { source: seen, destination: other }, witness);
  return ended(stacks, seen, other);
}

interface Stacks {
  readonly key: string;
  readonly source: VersionEntry[];
  readonly destination: VersionEntry[];
  whole: boolean;
}
type Side = 'source' | 'destination';

/** Whether the next entry is on a page that is not read yet. */
const isDry = (stream: VersionStream): boolean => stream.head === undefined && !stream.ended;

async function afterPages(source: VersionStream, destination: VersionStream, witness: Witness) {
  if (isDry(source)) await source.fill();
  if (isDry(destination)) await destination.fill();
  return nextKey(source, destination, witness);
}

/** Completes the stacks of a key that continues on another page. */
async function theRest(
  source: VersionStream,
  destination: VersionStream,
  stacks: Stacks,
  seen: Readonly<Record<Side, number>>,
  witness: Witness,
): Promise<KeyStacks> {
  const wholeOf = async (stream: VersionStream, side: Side): Promise<number> => {
    let count = take(stream, stacks, side, seen[side], witness);
    while (isDry(stream)) {
      await stream.fill();
      count = take(stream, stacks, side, count, witness);
    }
    return count;
  };
  const sources = await wholeOf(source, 'source');
  return ended(stacks, sources, await wholeOf(destination, 'destination'));
}

function ended(stacks: Stacks, sources: number, destinations: number): KeyStacks {
  stacks.whole = sources === stacks.source.length && destinations === stacks.destination.length;
  return stacks;
}

function lower(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined) return b;
  return b === undefined || compareKeys(a, b) <= 0 ? a : b;
}

/** Takes the entries of the key that are at hand. `seen`: the number before; returns the new number. */
function take(stream: VersionStream, stacks: Stacks, side: Side, seen: number, witness: Witness): number {
  let count = seen;
  for (let { head } = stream; head !== undefined && head.key === stacks.key; { head } = stream) {
    witness[side](head, count);
    if (count < STACK_KEPT) stacks[side].push(head);
    count += 1;
    stream.skip();
  }
  return count;
}
