import { LIVE_SLOT_MS, LIVE_WINDOW_MS } from '../durations/index.ts';
import { noCopies, ruleName, type LiveNote, type LiveRow, type LiveSum, type RuleSum, type Slot } from './document.ts';

/** The most rules that are kept: those that copied last. */
const MOST_RULES = 2000;
const UTC8_MS = 8 * 3_600_000;

/** The month of a time as the provider bills it: `2026-03`. */
export const monthOf = (ms: number): string => new Date(ms + UTC8_MS).toISOString().slice(0, 7);

/** Adds the notes of one source to its sums, which contain none of them yet. Pure. */
export function addNotes(
  before: LiveSum | undefined,
  source: string,
  notes: ReadonlyMap<string, LiveNote>,
  now: number,
): LiveSum {
  const slots = new Map(Object.entries(before?.slots ?? {}).map(([to, list]) => [to, list.map(copyOfSlot)]));
  const rules = new Map(
    Object.entries(before?.rules ?? {}).map(([name, one]) => [
      name,
      { ...one, total: { ...one.total }, thisMonth: { ...one.thisMonth } },
    ]),
  );
  for (const { at, rows } of notes.values()) {
    for (const row of rows.filter(({ from }) => from === source)) {
      addToSlots(slots, row, at);
      if (row.versions + row.markers > 0) addToRule(rules, row, at);
    }
  }
  const oldest = now - LIVE_WINDOW_MS - LIVE_SLOT_MS;
  return {
    measuredAt: now,
    since: before?.since ?? now,
    added: [...notes.keys()],
    slots: Object.fromEntries(
      [...slots].flatMap(([to, list]) => {
        const young = list.filter((slot) => slot.at > oldest);
        return young.length === 0 ? [] : [[to, young]];
      }),
    ),
    rules: Object.fromEntries(
      [...rules].toSorted(([, a], [, b]) => (a.month < b.month ? 1 : a.month > b.month ? -1 : 0)).slice(0, MOST_RULES),
    ),
  };
}

const copyOfSlot = (slot: Slot): Slot => ({ ...slot, lags: [...slot.lags] });

function addToSlots(slots: Map<string, Slot[]>, row: LiveRow, at: number): void {
  const begin = at - (at % LIVE_SLOT_MS);
  const list = slots.get(row.to) ?? [];
  slots.set(row.to, list);
  let slot = list.find((one) => one.at === begin);
  if (slot === undefined) {
    slot = { at: begin, versions: 0, bytes: 0, failed: 0, lags: [], largest: 0 };
    list.push(slot);
  }
  slot.versions += row.versions;
  slot.bytes += row.bytes;
  slot.failed += row.failed;
  for (const [i, count] of row.lags.entries()) slot.lags[i] = (slot.lags[i] ?? 0) + count;
  slot.largest = Math.max(slot.largest, row.largest);
}

function addToRule(rules: Map<string, RuleSum>, row: LiveRow, at: number): void {
  const name = ruleName(row.to, row.rule);
  const sum = rules.get(name) ?? { since: at, total: noCopies(), month: monthOf(at), thisMonth: noCopies() };
  rules.set(name, sum);
  const month = monthOf(at);
  if (month > sum.month) {
    sum.month = month;
    sum.thisMonth = noCopies();
  }
  for (const copies of month === sum.month ? [sum.total, sum.thisMonth] : [sum.total]) {
    if (row.scanned) {
      copies.scannedVersions += row.versions;
      copies.scannedBytes += row.bytes;
      copies.scannedParts += row.parts;
      copies.scannedMarkers += row.markers;
    } else {
      copies.versions += row.versions;
      copies.bytes += row.bytes;
      copies.parts += row.parts;
      copies.markers += row.markers;
    }
  }
}
