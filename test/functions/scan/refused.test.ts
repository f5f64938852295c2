import { expect, it } from 'vitest';
import { BACKUP, pacedDeployment, SOURCE, START, wholeBucket } from '../../deployment/index.ts';

const DAY = 86_400_000;
const EXISTING = 1500;

/** Runs a scan of existing objects until its end, on buckets that take this many requests a second. */
async function scanned(perSecond: number) {
  const start = START + DAY;
  const rule = wholeBucket(BACKUP, { start, deleteMarkersSince: start, existing: 'All' });
  const world = await pacedDeployment({ rules: [rule], scan: { rangeEntries: EXISTING / 5 }, perSecond });
  const { scheduler } = world;
  for (let i = 0; i < EXISTING; i += 1) world.put(`k${i}`, true);
  scheduler.now = start + DAY;
  world.begin();
  let ended = false;
  const look = async (): Promise<void> => {
    ended = (await world.store.scan())?.state === 'ended';
    scheduler.after(60_000, () => void look());
  };
  await look();
  await scheduler.runUntil(() => ended || scheduler.now > start + 2 * DAY);
  const result = await world.store.result();
  return { world, copied: result?.deeds.copied, refused: world.refused.scan / world.requests.scan };
}

it('a scan makes fewer requests where COS refuses some: few are refused, and every version is replicated', async () => {
  const { world, copied, refused } = await scanned(200);
  // Five runs of sixteen keys at once would make two thousand requests a second, of which nine of ten would be refused.
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThan(0.1);
  expect(copied).toBe(EXISTING);
  for (const place of [SOURCE, BACKUP]) expect(world.versions(place, 'k7')).toHaveLength(1);
  expect(world.killed()).toBe(0);
});

it('a scan has its full speed again minutes after COS has refused nearly everything', async () => {
  const start = START + DAY;
  const rule = wholeBucket(BACKUP, { start, deleteMarkersSince: start, existing: 'All' });
  let [copied, perSecond] = [0, 25];
  const scan = { rangeEntries: EXISTING / 5 };
  const world = await pacedDeployment({
    rules: [rule],
    scan,
    perSecond: () => perSecond,
    onArrival: () => void (copied += 1),
  });
  const { scheduler } = world;
  for (let i = 0; i < EXISTING; i += 1) world.put(`k${i}`, true);
  scheduler.now = start + DAY;
  const begun = scheduler.now;
  world.begin();
  await scheduler.runUntil(() => scheduler.now - begun > 40_000);
  expect(copied).toBeLessThan(EXISTING);
  expect(world.refused.scan).toBeGreaterThan(10);
  perSecond = 1000;
  await scheduler.runUntil(() => copied === EXISTING);
  expect(scheduler.now - begun).toBeLessThan(5 * 60_000);
  expect(world.killed()).toBe(0);
});

it('a scan gets no refusal where COS takes its requests', async () => {
  const { copied, refused } = await scanned(3000);
  expect({ copied, refused }).toEqual({ copied: EXISTING, refused: 0 });
});
