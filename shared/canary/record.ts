import type { Place } from '../cos/index.ts';
import { CANARY_PREFIX } from '../rules/index.ts';

/** The prefix of the records of canaries in progress. */
export const CANARIES = 'status/canary/';
/** The prefix of the results of the last canaries. It lies among the live sums, because it needs the same rights. */
export const CANARY_RESULTS = 'status/live/canary/';

export const keyOfCanary = (id: string): string => `${CANARY_PREFIX}${id}`;
/** The name of the record that identifies a canary as ours. */
export const recordName = ({ bucket }: Place, id: string): string => `${CANARIES}${bucket}/${id}`;
