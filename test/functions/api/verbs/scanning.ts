import { randomBytes } from 'node:crypto';
import { runScans } from '../../../../functions/scan/handler.ts';
import { nodeHash } from '../../../../shared/cos/index.ts';
import { createKeyring } from '../../../../shared/identity/index.ts';
import type { Run } from '../../../../shared/scf/index.ts';
import { SCAN_DEFAULTS, type ScanDeps } from '../../../../shared/scan/index.ts';
import { engineOn, messageOf, SOURCE, STATE } from '../../../deployment/index.ts';
import type { World } from '../../../deployment/over-http.ts';

/** The functions `schedule` and `scan` of a world, with the rights of its root account. */
export interface Scanning {
  readonly deps: ScanDeps;
  /** A run that the platform ends after this many ms. */
  readonly run: (ms: number) => Run;
  /** Does the work that the objects below this prefix of the state bucket start, and its follow-ups. */
  readonly runAll: (prefix: string) => Promise<void>;
}

export function createScanning(world: World): Scanning {
  const now = () => Date.now() + world.clock.ahead;
  const deps: ScanDeps = {
    engine: engineOn(world.user, {
      keys: createKeyring({ cos: world.user, state: STATE, others: [], hash: nodeHash, now }),
      now,
      unique: () => randomBytes(9).toString('hex'),
    }),
    settings: SCAN_DEFAULTS,
    sleep: () => Promise.resolve(),
  };
  const run = (ms: number): Run => ({
    requestId: 'run',
    deadline: now() + ms,
    log: (fields: unknown) => void world.lines.push(JSON.stringify(fields)),
  });
  const runAll = async (prefix: string): Promise<void> => {
    for (;;) {
      const [first] = world.cloud.core.listObjects(STATE.bucket, STATE.region, { prefix }).entries;
      if (first === undefined) return;
      await runScans(deps, [SOURCE], messageOf(STATE, first.key), run(900_000));
    }
  };
  return { deps, run, runAll };
}
