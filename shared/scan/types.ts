import type { Engine } from '../replication/index.ts';
import { SCAN_EVERY_MS } from '../durations/index.ts';

export interface ScanSettings {
  /** Entries of the source in one range. */
  readonly rangeEntries: number;
  /** Ranges of one pair in progress at the same time, each in a run of its own. */
  readonly rangesAtOnce: number;
  /** Keys that one run works on at the same time. */
  readonly keysAtOnce: number;
  /** ms between the starts of two scans of a pair. */
  readonly everyMs: number;
}

export const SCAN_DEFAULTS: ScanSettings = {
  rangeEntries: 20_000,
  rangesAtOnce: 16,
  keysAtOnce: 16,
  // Shorter than a day, the shortest life that a lifecycle rule of the destination can give a replica.
  everyMs: SCAN_EVERY_MS,
};

/** Everything that the function which begins scans needs from outside. It holds no means to do one. */
export interface KeepDeps {
  readonly engine: Pick<Engine, 'deps' | 'settings' | 'rules' | 'tasks' | 'behind' | 'now' | 'random'>;
  readonly settings: ScanSettings;
}

/** Everything that scans need from outside. */
export interface ScanDeps {
  readonly engine: Engine;
  readonly settings: ScanSettings;
  readonly sleep: (ms: number) => Promise<void>;
}
