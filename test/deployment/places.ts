import type { Place } from '../../shared/cos/index.ts';

/** The buckets of the tests' deployment. Each has a region of its own, except the state bucket. */
export const SOURCE: Place = { bucket: 'source-1250000000', region: 'ap-guangzhou' };
export const BACKUP: Place = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
export const OTHER: Place = { bucket: 'other-1250000000', region: 'ap-beijing' };
export const STATE: Place = { bucket: 'crr-dev-gz-1250000000', region: 'ap-guangzhou' };

/** The start of the clock of a deployment in this process: a whole minute, so that due times are exact. */
export const START = Date.UTC(2026, 0, 1);
