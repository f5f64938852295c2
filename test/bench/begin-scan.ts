import { nodeHash } from '../../shared/cos/index.ts';
import { signatureOf } from '../../shared/scan/due.ts';
import type { ScanDocument } from '../../shared/scan/documents.ts';
import { PairStore, SCAN_DEFAULTS, type Pair, type ScanDeps } from '../../shared/scan/index.ts';
import type { MeasuredDeployment } from '../deployment/index.ts';

/** A scan of a pair that has begun and has no ranges yet, with the deployed settings. */
export async function beginScan(world: MeasuredDeployment, pair: Pair) {
  const { engine } = world;
  const store = new PairStore(engine.deps, pair);
  const ruleSet = await engine.rules.getFresh(pair.source);
  if (ruleSet === undefined) throw new Error('no rules');
  const scan: ScanDocument = {
    ...pair,
    id: 'bench',
    kind: 'repair',
    prefix: '',
    signature: signatureOf(ruleSet, pair, nodeHash),
    started: world.now,
    wholeStarted: world.now,
    state: 'running',
    ended: null,
    base: null,
  };
  await store.putScan(scan);
  const deps: ScanDeps = { engine, settings: SCAN_DEFAULTS, sleep: async () => undefined };
  return { deps, store, ruleSet, scan };
}
