import { keep } from '../../functions/schedule/scans.ts';
import { runScans } from '../../functions/scan/handler.ts';
import type { Settings } from '../../shared/replication/index.ts';
import type { Rule } from '../../shared/rules/index.ts';
import { SCAN_DEFAULTS, PairStore, type ScanDeps, type ScanSettings } from '../../shared/scan/index.ts';
import { BACKUP, SOURCE } from './places.ts';
import { deployment, RULE, type Deployment } from './small.ts';

const MINUTE = 60_000;
const RUN_MS = 900_000;

/** A deployment whose `schedule` and `scan` functions run by a clock that a test turns. */
export async function scanDeployment(
  rules: readonly Rule[] = [RULE],
  scan: Partial<ScanSettings> = {},
  settings: Partial<Settings> = {},
): Promise<ScanDeployment> {
  const world = await deployment({ markerTold: () => true, ...settings }, rules);
  const { scansStarted: starts, runFor: runOf } = world;
  const deps: ScanDeps = {
    engine: world.engine,
    settings: { ...SCAN_DEFAULTS, ...scan },
    sleep: world.engine.sleep,
  };
  const store = new PairStore(world.engine.deps, { source: SOURCE, destination: BACKUP });
  const scanRuns = async (): Promise<void> => {
    while (starts.length > 0) {
      const [event] = starts.splice(0, 1);
      await runScans(deps, [SOURCE], world.eventOf(event?.key ?? ''), runOf(RUN_MS));
    }
  };
  /** A minute passes: `schedule` runs, and so does everything that it starts. */
  const minute = async (): Promise<void> => {
    world.clock.ms += MINUTE;
    await keep(deps, [SOURCE], runOf(55_000));
    await scanRuns();
  };
  return {
    ...world,
    deps,
    store,
    minute,
    keep: () => keep(deps, [SOURCE], runOf(55_000)),
    scanRuns,
    run: (key, ms = RUN_MS) => runScans(deps, [SOURCE], world.eventOf(key), runOf(ms)),
    /** Runs until the current scan, or the next one, has ended. */
    scanned: async () => {
      for (let i = 0; i < 60; i += 1) {
        await minute();
        const scan = await store.scan();
        if (scan?.state === 'ended') return;
      }
      throw new Error('the scan did not end');
    },
  };
}

export interface ScanDeployment extends Deployment {
  readonly deps: ScanDeps;
  readonly store: PairStore;
  minute(): Promise<void>;
  keep(): Promise<unknown>;
  scanRuns(): Promise<void>;
  run(key: string, ms?: number): Promise<unknown>;
  scanned(): Promise<void>;
}
