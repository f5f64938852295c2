import { CANARY_PREFIX } from '../../shared/rules/index.ts';
import { readLive } from '../../shared/live/index.ts';
import type { Cos } from '../../shared/cos/index.ts';
import type { Core } from '../cloud/cos/index.ts';
import { withoutLag } from '../deployment/index.ts';
import type { Violation } from './invariants.ts';
import type { Ledger } from './ledger.ts';
import type { Topology } from './topology.ts';

/** ms between two canaries of a world, and the time after which no more are sent. */
export const CANARY_EVERY_MS = 180_000;
export const NO_CANARY_MS = 1e12;

interface Watching {
  readonly core: Core;
  /** The calls as they take effect, without any fault. */
  readonly cos: Cos;
  readonly topology: Topology;
  readonly ledger: Ledger;
}

/**
 * When all canaries are forgotten, none is left anywhere. The functions' count of their copies is a lower bound: no
 * copy counts twice, even when a run was killed over its note.
 */
export async function judgeWatching({ core, cos, topology, ledger }: Watching): Promise<readonly Violation[]> {
  const violations: Violation[] = [];
  for (const { bucket, region } of topology.sites) {
    const { entries } = withoutLag(core, () => core.listVersions(bucket, region, { prefix: CANARY_PREFIX }));
    for (const { key, versionId } of entries)
      violations.push({ invariant: 'I6', text: `${key} ${versionId}: a canary is left at ${bucket}` });
  }
  for (const { source, state } of topology.deployments) {
    const told = await readLive({ cos, state }, source);
    const counted = Object.values(told?.rules ?? {}).reduce(
      (sum, { total }) => sum + total.versions + total.scannedVersions,
      0,
    );
    const made = [...ledger.made.values()].filter(({ origin }) => origin.bucket === source.bucket).length;
    if (counted > made)
      violations.push({
        invariant: 'I8',
        text: `${counted} copies of ${source.bucket} were counted, and ${made} made`,
      });
  }
  return violations;
}
