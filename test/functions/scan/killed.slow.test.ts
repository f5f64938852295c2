import { expect, it } from 'vitest';
import type { ScanResult } from '../../../shared/scan/index.ts';
import { BACKUP, MARKER_EVENT, RULE, scanDeployment, type ScanDeployment } from '../../deployment/index.ts';

const KEYS = ['a', 'b', 'c', 'd'];
const MINUTE = 60_000;
const SLOW_MS = 6000;

/** Keys in one range: one version, three, a deleted one, and one that has its replica. `isThere`: all have them. */
async function existing(isThere: boolean): Promise<ScanDeployment> {
  const world = await scanDeployment([{ ...RULE, existing: 'All' }], { keysAtOnce: 1 }, { markerTold: () => true });
  world.put('1', {}, undefined, 'a');
  for (const text of ['1', '22', '333']) world.put(text, {}, undefined, 'b');
  world.put('1', {}, undefined, 'c');
  world.remove(undefined, undefined, 'c');
  const version = world.put('1', {}, undefined, 'd');
  await world.replicate({ version, key: 'd' });
  if (isThere) for (const key of KEYS) await world.replicate({ key, name: MARKER_EVENT });
  // Until listings have settled, because younger versions are left to the engine.
  world.clock.ms += 5 * MINUTE;
  return world;
}

const stacks = (world: ScanDeployment): readonly unknown[] => KEYS.map((key) => world.stack(BACKUP, key));

/** Times differ by the waits. */
function whatCounts({ counts }: ScanResult): object {
  const { ages: _ages, lags: _lags, largestLag: _largest, ...others } = counts;
  return others;
}

type When = 'request' | 'answer';

/** A request or an answer of the run, and the number of writes that it had sent before. */
interface Moment {
  readonly when: When;
  readonly number: number;
  readonly writes: number;
}

const isWrite = (call: string): boolean => !/^(get|head|list)/.test(call);

/**
 * Runs the scan. `strike` is called with each request and each answer of the `scan` function, and throws to kill the
 * run there.
 */
async function scan(isThere: boolean, strike: (moment: Moment) => void) {
  const world = await existing(isThere);
  const seen = { request: 0, answer: 0 };
  let [dead, watched, writes] = [false, true, 0];
  const see = (when: When, call: string): void => {
    if (!watched) return;
    // Nothing that a killed run sends takes effect, and nothing answers it.
    if (dead) throw new Error('the run was killed');
    seen[when] += 1;
    // So long that a run writes its position between two keys.
    if (when === 'request') world.clock.ms += SLOW_MS;
    try {
      strike({ when, number: seen[when], writes });
    } catch (error) {
      dead = true;
      throw error;
    }
    if (when === 'request' && isWrite(call)) writes += 1;
  };
  world.onRequest((call) => see('request', call));
  world.onAnswer((call) => see('answer', call));
  watched = false;
  world.clock.ms += MINUTE;
  await world.keep();
  watched = true;
  await world.scanRuns().catch(() => undefined);
  watched = false;
  for (let i = 0; i < 90 && (await world.store.scan())?.state !== 'ended'; i += 1) {
    await world.sweep();
    await world.runStarted();
    await world.minute();
  }
  // A key whose copy lost its answer is looked at once more when the copy must have taken effect.
  if (world.state('waiting/').length > 0) await world.later();
  const result = await world.store.result();
  if (result === undefined) throw new Error('the scan did not end');
  return { seen, dead, counts: whatCounts(result), stacks: stacks(world), deeds: result.deeds };
}

/**
 * The moments at which a kill leaves something else behind than at the moment before. A killed run leaves what it had
 * sent to be written: what was under way takes effect, and nothing after it does. So all moments between two writes,
 * such as an answer and the next request, are one, and the first is tried.
 */
const unlike = (moments: readonly Moment[]): readonly Moment[] =>
  moments.filter(({ writes }, i) => writes !== moments[i - 1]?.writes);

it.each([
  { of: 'there before the rule', isThere: false },
  { of: 'replicated', isThere: true },
])(
  'objects that were $of are counted and copied once, wherever the run is killed',
  { timeout: 240_000 },
  async ({ isThere }) => {
    const moments: Moment[] = [];
    const whole = await scan(isThere, (moment) => void moments.push(moment));
    expect(whole.deeds.copied).toBe(isThere ? 0 : 5);
    expect(whole.stacks.map((stack) => (stack as unknown[]).length)).toEqual([1, 3, 2, 1]);
    expect(whole.seen.request).toBeGreaterThan(20);
    for (const { when, number } of unlike(moments)) {
      const killed = await scan(isThere, (moment) => {
        if (moment.when === when && moment.number === number) throw new Error('killed');
      });
      const place = `killed at ${when} ${number}`;
      expect({ place, dead: killed.dead }).toEqual({ place, dead: true });
      expect({ place, counts: killed.counts }).toEqual({ place, counts: whole.counts });
      const versions = killed.stacks.map((stack) => (stack as unknown[]).length);
      expect({ place, versions }).toEqual({ place, versions: [1, 3, 2, 1] });
      // Only a copy whose answer never came may have been made twice.
      expect(killed.deeds.copied).toBeLessThanOrEqual(whole.deeds.copied + 1);
      expect(isThere ? killed.deeds.looked : 0).toBeLessThanOrEqual(whole.deeds.looked);
    }
  },
);
