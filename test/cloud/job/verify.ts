import { differences } from './content.ts';
import { lagOf, timeOf, type Lag } from './lag.ts';
import type { Observation, Sides } from './observe.ts';
import { forEachAtOnce } from './pool.ts';
import type { Reader } from './reader.ts';
import type { Pair } from './structure.ts';
import { readTags } from './tags.ts';
import type { Entry, Mismatch, Written } from './types.ts';

const AT_ONCE = 4;

/** Whether the source holds exactly the uploads, in their order. Otherwise two empty buckets would agree, too. */
export function compareUpload(written: readonly Written[], source: Observation['source']): Mismatch[] {
  const expected = new Map<string, Written[]>();
  for (const entry of written) {
    const entries = expected.get(entry.key);
    if (entries === undefined) expected.set(entry.key, [entry]);
    else entries.unshift(entry);
  }
  const mismatches: Mismatch[] = [];
  const describe = (entry: Written | Entry): string => `${entry.versionId} ${entry.deleteMarker} ${entry.size}`;
  for (const key of new Set([...expected.keys(), ...source.keys()])) {
    const wanted = (expected.get(key) ?? []).map(describe);
    const found = (source.get(key) ?? []).map(describe);
    if (wanted.join('\n') !== found.join('\n')) {
      mismatches.push({ key, versionId: undefined, what: 'the source does not hold the uploads' });
    }
  }
  return mismatches;
}

async function comparePair(reader: Reader, sides: Sides, pair: Pair): Promise<string[]> {
  const { key, source, replica } = pair;
  const a = await reader.get(sides.source, key, source.versionId);
  const b = await reader.get(sides.destination, key, replica.versionId);
  const found = differences(a, b);
  const [tagsA, tagsB] = [
    await readTags(reader, sides.source, key, source.versionId),
    await readTags(reader, sides.destination, key, replica.versionId),
  ];
  if (tagsA !== tagsB) found.push(`tags ${tagsA} became ${tagsB}`);
  return found;
}

/** Reads every version and its replica to the last byte and compares them. */
export async function compareContents(
  reader: Reader,
  sides: Sides,
  pairs: readonly Pair[],
  options: { signal: AbortSignal; onProgress: (done: number) => void },
): Promise<Mismatch[]> {
  const mismatches: Mismatch[] = [];
  let done = 0;
  await forEachAtOnce(
    pairs,
    AT_ONCE,
    async (pair) => {
      const found = await comparePair(reader, sides, pair).catch((error: unknown) => {
        options.signal.throwIfAborted();
        return [`cannot be read: ${error instanceof Error ? error.message : String(error)}`];
      });
      for (const what of found) {
        mismatches.push({ key: pair.key, versionId: pair.source.versionId, what });
      }
      done += 1;
      options.onProgress(done);
    },
    options.signal,
  );
  return mismatches;
}

/** How long each replica came after its version, from the microseconds in both IDs. */
export function measureLag(pairs: readonly Pair[]): Lag {
  const values: number[] = [];
  for (const { source, replica } of pairs) {
    const [from, to] = [timeOf(source.versionId), timeOf(replica.versionId)];
    if (from !== undefined && to !== undefined) values.push(to - from);
  }
  return lagOf(values);
}
