import type { HeadResult, ObjectHead } from '../../cos/index.ts';
import { isNullRef, ownMetadata, refOfHead, type Marker } from '../../identity/index.ts';
import type { Needs } from '../run/run.ts';
import type { Entry, StackItem } from '../types.ts';
import { ruleOf } from './candidates.ts';
import { AS_WRITTEN_MS, READ_BEFORE_MS } from '../../durations/index.ts';

/** This many copies with the same difference show that COS itself changes something when it writes. */
const ALIKE = 3;

/**
 * Whether a replica may belong to another version than its marker says. `null` versions of one second with the same
 * bytes have the same name, and the earlier one may have been read when this replica was made.
 */
export const mayBeOfAnother = ({ ref, attempted }: Marker): boolean =>
  isNullRef(ref) && attempted - ref.time / 1000 <= READ_BEFORE_MS;

/** Whether tags and class are still those of the write; `now` in ms since 1970. */
export const isRecent = ({ ref }: Marker, now: number): boolean => now - ref.time / 1000 <= AS_WRITTEN_MS;

/**
 * Indexes of the replicas, newest first, that belong not to this version but to an earlier one: a HEAD shows other
 * metadata or headers, or another class than its replica has (undefined: the class does not matter).
 */
export function unlike(
  original: ObjectHead,
  replicas: readonly ObjectHead[],
  storageClass: string | undefined,
): ReadonlySet<number> {
  const textOf = (head: ObjectHead, kept: string): string =>
    JSON.stringify([sorted(head.headers), sorted(ownMetadata(head.meta)), storageClass === undefined ? '' : kept]);
  const wanted = textOf(original, storageClass ?? '');
  const texts = replicas.map((head) => textOf(head, head.storageClass));
  const others = texts.flatMap((text, index) => (text === wanted ? [] : [index]));
  const isLasting = others.length >= ALIKE && others.length === texts.length && new Set(texts).size === 1;
  return new Set(isLasting ? others.slice(1) : others);
}

const sorted = (record: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
  Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));

/**
 * The stack without such replicas, which stay in place as those of overwritten versions; and the ID of the version to
 * which they do not belong.
 */
export async function withoutUnlike(
  run: Needs<'deps' | 'work' | 'heads'>,
  current: HeadResult,
  stack: readonly StackItem[],
  history: readonly Entry[],
): Promise<{ readonly stack: readonly StackItem[]; readonly id: string | undefined }> {
  const nothing = { stack, id: undefined };
  const suspects = stack.filter((item) => item.kind === 'replica').filter(({ marker }) => mayBeOfAnother(marker));
  // There is one `null` version at a time.
  const entry = history.find(({ ref }) => suspects.some(({ marker }) => marker.ref.id === ref.id));
  if (entry === undefined || entry.deleteMarker) return nothing;
  const isCurrent = current.found && refOfHead(current.head).id === entry.ref.id;
  const result = isCurrent ? current : await run.heads.source(entry.versionId);
  if (!result.found || refOfHead(result.head).id !== entry.ref.id) return nothing;
  const items = suspects.filter(({ marker }) => marker.ref.id === entry.ref.id);
  const found = await Promise.all(
    items.map(async (item) => ({ item, head: await run.heads.ofReplica(item.versionId) })),
  );
  const read = found.flatMap(({ item, head }) => (head === undefined ? [] : [{ item, head }]));
  const places = unlike(
    result.head,
    read.map(({ head }) => head),
    await classOf(run, entry, result.head),
  );
  if (places.size === 0) return nothing;
  const others = new Set<StackItem>(read.flatMap(({ item }, place) => (places.has(place) ? [item] : [])));
  return { stack: stack.filter((item) => !others.has(item)), id: entry.ref.id };
}

/** Undefined when a different class proves nothing any more, or no rule covers the version. */
async function classOf(run: Needs<'deps' | 'work'>, entry: Entry, head: ObjectHead): Promise<string | undefined> {
  if (run.deps.now() - head.lastModified > AS_WRITTEN_MS) return undefined;
  const rule = await ruleOf(run, entry);
  return rule && (rule.storageClass ?? head.storageClass);
}
