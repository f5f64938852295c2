import { formatPlace, isBucketName, objectsUnder } from '../../cos/index.ts';
import type { Cos, Place } from '../../cos/index.ts';
import { ServiceError } from '../../errors/index.ts';
import { createRuleStore, RULES } from '../../rules/index.ts';
import { TASKS, WAITING } from '../../tasks/index.ts';
import { DeployError } from '../error.ts';
import type { Settings } from '../types.ts';

/** A bucket whose replication a command would stop. */
export interface Stopped {
  readonly bucket: string;
  /** Number of its enabled rules. */
  readonly rules: number;
}

/** Signs of working replication on the state bucket. */
export interface Progress {
  /** Every bucket that has enabled rules. */
  readonly replicating: readonly Stopped[];
  /** Pieces of work that wait or run, counted up to `MOST_COUNTED`. */
  readonly pending: number;
}

const WORK = [TASKS, WAITING];
const MOST_COUNTED = 1000;

/** Reads which replication would stop. Without a state bucket there is none. Throws `CosError`. */
export async function readProgress(cos: Cos, state: Place): Promise<Progress> {
  try {
    return { replicating: await replicating(cos, state), pending: await countWork(cos, state) };
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'NoSuchBucket') return { replicating: [], pending: 0 };
    throw error;
  }
}

async function replicating(cos: Cos, state: Place): Promise<readonly Stopped[]> {
  const store = createRuleStore({ cos, state, now: Date.now });
  const found: Stopped[] = [];
  for await (const { key } of objectsUnder(cos, state, RULES)) {
    const source = { bucket: key.slice(RULES.length), region: state.region };
    // The leases for storing rules lie beside the rules.
    if (!isBucketName(source.bucket)) continue;
    const rules = ((await store.getFresh(source))?.rules ?? []).filter(({ enabled }) => enabled).length;
    if (rules > 0) found.push({ bucket: source.bucket, rules });
  }
  return found;
}

async function countWork(cos: Cos, state: Place): Promise<number> {
  let count = 0;
  for (const prefix of WORK) {
    for await (const _ of objectsUnder(cos, state, prefix)) {
      count += 1;
      if (count >= MOST_COUNTED) return count;
    }
  }
  return count;
}

/** Throws `DeployError` when a source with enabled rules is no longer listed: its replication would stop silently. */
export function checkDropped(
  { replicating: buckets }: Progress,
  { sources, region }: Pick<Settings, 'sources' | 'region'>,
): void {
  const dropped = buckets.filter(({ bucket }) => !sources.some((place) => place.bucket === bucket));
  const [first] = dropped;
  if (first === undefined) return;
  const names = dropped.map(({ bucket }) => formatPlace({ bucket, region })).join(', ');
  throw new DeployError(
    `${names} ${dropped.length === 1 ? 'has' : 'have'} enabled replication rules but ${dropped.length === 1 ? 'is' : 'are'} not in sources any more, so replication would stop silently. Put the line back, or delete the rules first; "npx serverless deploy --force" lets it stop and keeps the rules for later.`,
    'REPLICATION_WOULD_STOP',
  );
}

/** Throws `DeployError` when a deployment that is to be removed still replicates or has work to do. */
export function checkIdle({ replicating: buckets, pending }: Progress): void {
  if (buckets.length === 0 && pending === 0) return;
  const rules = buckets.map(({ bucket, rules: count }) => `${bucket} (${count} enabled)`).join(', ');
  const counted = pending >= MOST_COUNTED ? `${MOST_COUNTED} or more pieces` : `${pending} pieces`;
  const parts = [
    ...(buckets.length === 0 ? [] : [`rules of ${rules}`]),
    ...(pending === 0 ? [] : [`${counted} of pending work`]),
  ];
  throw new DeployError(
    `This deployment has ${parts.join(' and ')}: without its functions replication stops. Delete the rules first, or run "npx serverless remove --force"; rules, keys and pending work stay on the state bucket, and a new deployment goes on from there.`,
    'REPLICATION_WOULD_STOP',
  );
}
