import { formatPlace, type Place } from '../cos/index.ts';
import type { Hash } from '../signing/index.ts';

/** Writing an object here starts the `scan` function. */
export const SCANS = 'scans/';
/** The prefix of everything that is stored about the scans of a pair. */
export const PAIRS = 'pairs/';
/** The prefix of requests for scans, at most one per pair. */
export const ASKED = 'asked/';
/** The prefix of pauses: the pairs whose scans are paused. */
export const PAUSED = 'paused/';
/** The prefix of leases: which run works on a range. */
export const RANGE_LEASES = 'ranges/';
/** The unit of a scan that splits it into ranges. */
export const PREPARE = 'prepare';

/** One source bucket at one destination. */
export interface Pair {
  readonly source: Place;
  readonly destination: Place;
}

/** Names a pair in the names of state objects. */
export const digestOfPair = ({ source, destination }: Pair, hash: Hash): string =>
  hash.sha256([formatPlace(source), formatPlace(destination)].join('\0')).slice(0, 32);

const DIGITS = 6;
/** The most ranges of a scan; names sort in their order. */
export const MOST_RANGES = 10 ** DIGITS;
/** Numbers of ranges and the like, as they stand in names. */
export const numberText = (number: number): string => String(number).padStart(DIGITS, '0');

export const noteName = (pair: string, unit: string): string => `${SCANS}${pair}/${unit}`;
/** The key for the lease of the run that the start of a unit began. */
export const runOfUnit = (unit: string): string => `run/${unit}`;
export const unitOfRange = (number: number): string => numberText(number);
export const scanName = (pair: string): string => `${PAIRS}${pair}/scan`;
export const resultName = (pair: string): string => `${PAIRS}${pair}/result`;
export const preparationName = (pair: string, scan: string): string => `${PAIRS}${pair}/${scan}/prepared`;
export const openPrefix = (pair: string, scan: string): string => `${PAIRS}${pair}/${scan}/open/`;
export const donePrefix = (pair: string, scan: string): string => `${PAIRS}${pair}/${scan}/done/`;
export const ledgerName = (pair: string, scan: string, number: number): string =>
  `${PAIRS}${pair}/${scan}/proved/${numberText(number)}`;

export function readNoteName(name: string): { readonly pair: string; readonly unit: string } | undefined {
  const [, pair, unit] = /^scans\/([0-9a-f]{32})\/(prepare|\d{6})$/.exec(name) ?? [];
  return pair === undefined || unit === undefined ? undefined : { pair, unit };
}
