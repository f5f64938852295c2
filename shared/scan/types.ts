import type { Engine } from '../replication/index.ts';
import { SCAN_EVERY_MS } from '../durations/index.ts';

export interface ScanSettings {
  /** Entries of the source in one range. */
  readonly rangeEntries: number;
  /** Ranges of one pair that are worked on at the same time, each by a run of its own. */
  readonly rangesAtOnce: number;
  /** Keys that one run works on at the same time. */
  readonly keysAtOnce: number;
  /** ms from one scan of a pair to the next. */
  readonly everyMs: number;
}

export const SCAN_DEFAULTS: ScanSettings = {
  rangeEntries: 20_000,
  rangesAtOnce: 16,
  keysAtOnce: 16,
  // Shorter than a day, which is the shortest life that a lifecycle rule of the destination can give a replica.
  everyMs: SCAN_EVERY_MS,
};

/** The outside world of the function that begins scans. It has no means to do one. */
export interface KeepDeps {
  readonly engine: Pick<Engine, 'deps' | 'settings' | 'rules' | 'tasks' | 'behind' | 'now' | 'random'>;
  readonly settings: ScanSettings;
}

/** The outside world of scans. */
export interface ScanDeps {
  readonly engine: Engine;
  readonly settings: ScanSettings;
  readonly sleep: (ms: number) => Promise<void>;
}
