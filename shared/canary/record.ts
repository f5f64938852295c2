import type { Place } from '../cos/index.ts';
import { CANARY_PREFIX } from '../rules/index.ts';

/** The prefix of the records of canaries under way. */
export const CANARIES = 'status/canary/';
/** The prefix of what the last canaries have shown, among the live sums, whose rights it shares. */
export const CANARY_RESULTS = 'status/live/canary/';

export const keyOfCanary = (id: string): string => `${CANARY_PREFIX}${id}`;
/** The name of the record that says that the canary is ours. */
export const recordName = ({ bucket }: Place, id: string): string => `${CANARIES}${bucket}/${id}`;
