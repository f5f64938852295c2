import type { Rule } from '../../../shared/rules/index.ts';
import type { ScanSettings } from '../../../shared/scan/index.ts';
import { RULE, scanDeployment, type ScanDeployment, SOURCE } from '../../deployment/index.ts';

export const DAY = 24 * 3_600_000;
export const EXISTING = { existing: 'All', deleteMarkersSince: 0 } as const;

/** One version a second. */
export function write(world: ScanDeployment, keys: readonly string[]): string[] {
  return keys.map((key) => {
    world.clock.ms += 1000;
    return world.put(`text of ${key} ${world.clock.ms}`, {}, SOURCE, key).versionId;
  });
}

/** The rule as it is stored at this moment. */
export const stored = (world: ScanDeployment, change: Partial<Rule> = {}): Rule => {
  const second = Math.floor(world.clock.ms / 1000) * 1000;
  return { ...RULE, start: second, deleteMarkersSince: second, ...change };
};

/** A rule is stored a day after these writes. */
export async function existing(
  keys: readonly string[],
  change: Partial<Rule> = EXISTING,
  scan: Partial<ScanSettings> = {},
) {
  const world = await scanDeployment([], scan);
  const ids = write(world, keys);
  world.clock.ms += DAY;
  await world.setRules([stored(world, change)]);
  return { world, ids };
}

export const requestsOf = (world: ScanDeployment, ...names: string[]): number =>
  world.requests.filter((call) => names.some((name) => call.startsWith(name))).length;

/** Requests at the two buckets of the pair. */
export const atBuckets = (world: ScanDeployment): string[] => world.requests.filter((call) => !call.endsWith(' crr'));
