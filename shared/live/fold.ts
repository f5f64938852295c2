import { JSON_BODY, formatPlace, objectPages, readUndamaged, type Cos, type Place } from '../cos/index.ts';
import { encodeState } from '../shape/index.ts';
import { mapLimited } from '../tasks/index.ts';
import { liveNote, liveSum, type LiveNote, type LiveSum } from './document.ts';
import { LIVE, LIVE_SUMS } from './names.ts';
import { addNotes } from './sum.ts';

/** Notes that are read in parallel and added in one minute. */
const PER_MINUTE = 500;
const LANES = 32;

export interface FoldDeps {
  readonly cos: Pick<Cos, 'listObjects' | 'getObject' | 'putObject' | 'deleteObject'>;
  readonly state: Place;
  /** ms since 1970. */
  readonly now: () => number;
}

const nameOf = (source: Place): string => `${LIVE_SUMS}${source.bucket}`;

/** The sums of a source; undefined when they are missing or damaged. Throws `CosError`. */
export async function readLive(
  deps: { readonly cos: Pick<Cos, 'getObject'>; readonly state: Place },
  source: Place,
): Promise<LiveSum | undefined> {
  return readUndamaged(deps, nameOf(source), liveSum);
}

/**
 * Runs each minute: adds the notes of the instances to the sums of each source, and removes the notes. The sums list
 * the notes that they contain until those are certainly gone, so a killed run counts nothing twice. Returns how many
 * notes were added. Throws `CosError`.
 */
export async function foldLive(deps: FoldDeps, sources: readonly Place[]): Promise<number> {
  const { cos, state, now } = deps;
  // Before the notes: of a note that is listed after this, the sums say whether they contain it. Another run may count
  // it, remove it and forget it meanwhile.
  const sums = await Promise.all(sources.map(async (source) => ({ source, sum: await readLive(deps, source) })));
  // Notes that are already in the sums and were not removed: their run may have been killed.
  const stale = sums.flatMap(({ sum }) => sum?.added ?? []);
  await mapLimited([...new Set(stale)], LANES, (name) => cos.deleteObject(state, name));
  const names: string[] = [];
  for await (const page of objectPages(cos, state, LIVE)) {
    names.push(...page.map(({ key }) => key));
    if (names.length >= PER_MINUTE) break;
  }
  const some = names.slice(0, PER_MINUTE);
  const notes = new Map<string, LiveNote>();
  await mapLimited(some, LANES, async (name) => {
    const note = await readUndamaged(deps, name, liveNote);
    if (note !== undefined) notes.set(name, note);
  });
  const written: { readonly source: Place; readonly sum: LiveSum }[] = [];
  for (const { source, sum: before } of sums) {
    if (
      before === undefined &&
      ![...notes.values()].some(({ rows }) => rows.some((row) => row.from === formatPlace(source)))
    )
      continue;
    const sum = addNotes(before, formatPlace(source), notes, now());
    await cos.putObject(state, nameOf(source), encodeState(sum), JSON_BODY);
    written.push({ source, sum });
  }
  // Unreadable notes are removed as well: they could never be counted.
  await mapLimited(some, LANES, (name) => cos.deleteObject(state, name));
  return written.reduce((count, { sum }) => count + sum.added.length, 0);
}
