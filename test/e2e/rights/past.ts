import { putCanary } from '../../../shared/canary/document.ts';
import { mergeStarts, parseRules } from '../../../shared/rules/index.ts';
import { PREPARE } from '../../../shared/scan/names.ts';
import { newRange } from '../../../shared/scan/new-range.ts';
import { PairStore } from '../../../shared/scan/store.ts';
import { RANGE_LEASES } from '../../../shared/scan/index.ts';
import { Leases, Tasks } from '../../../shared/tasks/index.ts';
import { beginVerify } from '../../../shared/verify/begin.ts';
import { ownerOf } from '../../../shared/verify/names.ts';
import { closeVerify } from '../../../shared/verify/starts.ts';
import { nodeHash } from '../../../shared/cos/index.ts';
import { plain } from '../../cloud/tests/cos/setup.ts';
import { BACKUP, PAIR, SOURCE, STATE, type RightsWorld } from './rights-world.ts';
import { rulesOf } from './rules.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const OPEN = { floor: 0, since: Number.POSITIVE_INFINITY };
/** Verifications of an API key: the number that is kept, and one more. */
const MANY_VERIFIES = 9;
/** More versions than a look reads twice. */
const MANY_VERSIONS = 40;

/** Writes the leftovers of earlier runs and days to the buckets, with the product's own writers. */
export async function plantPast(world: RightsWorld): Promise<void> {
  await world.ago(9 * DAY, async () => {
    for (const { bucket, region } of [SOURCE, BACKUP]) {
      world.cloud.core.createBucket(bucket, region);
      world.cloud.core.putVersioning(bucket, region, 'Enabled');
    }
    world.cloud.core.createBucket(STATE.bucket, STATE.region);
    // A verification that never ended.
    await verification(world, 'a');
  });
  await world.ago(2 * HOUR, async () => {
    await leaveBroken(world);
    await leaveOld(world);
    upload(world, 'all/live/plain');
    for (let i = 0; i < MANY_VERSIONS; i += 1) for (const key of ['picked/seen', 'picked/scanned']) upload(world, key);
  });
}

function upload({ cloud }: RightsWorld, key: string): void {
  const { bucket, region } = SOURCE;
  cloud.core.putObject(bucket, region, key, cloud.blobs.fromBytes(Buffer.from('old')), plain, { requestId: 'user' });
}

/** The leftovers of killed runs. */
async function leaveBroken({ state }: RightsWorld): Promise<void> {
  const [leases, tasks] = [new Leases(state), new Tasks(state)];
  const until = state.now() + MINUTE;
  await leases.acquire({ ...PAIR, key: 'all/live/plain' }, OPEN, until);
  // A task whose start was lost.
  await tasks.submit({ ...PAIR, ...OPEN, key: 'all/lost', hints: [], cause: 'lease', attempts: 0, first: state.now() });
  const pair = new PairStore(state, PAIR);
  await pair.start('0-killed', PREPARE);
  await pair.putRange(newRange('0-killed', 0, { after: null, upTo: null, expected: 0 }));
}

/** State that has become old. */
async function leaveOld(world: RightsWorld): Promise<void> {
  const { cloud, state } = world;
  const at = state.now();
  await putCanary(state, SOURCE, { id: 'old', at, destinations: [], versionId: null, arrived: {}, removed: true });
  const beacon = `.replication-status/${SOURCE.region}/${SOURCE.bucket}`;
  await state.cos.putObject(BACKUP, beacon, Buffer.from('{}'), {});
  const owner = ownerOf(cloud.secretId, nodeHash);
  for (let i = 0; i < MANY_VERIFIES; i += 1) {
    const { name } = await verification(world, owner);
    await closeVerify(state, name, 1);
  }
  const { name } = await verification(world, 'b');
  await new Leases(state, RANGE_LEASES).acquire({ ...PAIR, key: `verify/${name.id}/0` }, OPEN, at + MINUTE);
}

async function verification({ state }: RightsWorld, owner: string) {
  const started = state.now();
  const { rules, role } = parseRules(rulesOf('none'));
  const ruleSet = { source: SOURCE, role, rules: mergeStarts(undefined, rules, started), created: started };
  return beginVerify(state, {
    source: SOURCE,
    pairs: [PAIR],
    ruleSet,
    prefix: '',
    upTo: started,
    deep: false,
    started,
    owner,
  });
}
