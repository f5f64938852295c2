import type { Place } from '../../shared/cos/index.ts';
import { createRuleStore } from '../../shared/rules/index.ts';
import { Tasks } from '../../shared/tasks/index.ts';
import { nodeHash } from '../../shared/cos/index.ts';
import { createBlobStore, createCore, type Core } from '../cloud/cos/index.ts';
import { createCoreCos } from './core-cos.ts';
import { CALM, type Weather } from './faulty.ts';
import { guard, type Deeds } from './guard.ts';
import { checkWorld, type Violation } from './invariants.ts';
import { Platform, type Mail } from './platform.ts';
import { Scheduler, seeded } from './scheduler.ts';
import { Users, type Habits } from './users.ts';
import { wholeBucket } from '../rules.ts';

export const SOURCE: Place = { bucket: 'source-1250000000', region: 'ap-guangzhou' };
export const DESTINATION: Place = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
export const STATE: Place = { bucket: 'crr-dev-gz-1250000000', region: 'ap-guangzhou' };

/** 2026-01-01, so that every seed sees the same clock. */
const START = Date.UTC(2026, 0, 1);
/** Faults go on for this long after the last user operation, in ms. */
const STORM_TAIL = 300_000;
/** A scan vouches for nothing younger than this, in ms: listings lag. */
const SETTLE = 60_000;
const LONGEST = 7 * 86_400_000;

export interface WorldOptions {
  readonly seed: number;
  readonly weather: Weather;
  readonly mail: Mail;
  readonly habits: Habits;
  readonly skew: number;
  readonly listingLag: number;
  readonly markerOn404: boolean;
}

export interface WorldResult {
  readonly violations: readonly Violation[];
  readonly lines: readonly string[];
  readonly deeds: Deeds;
  readonly functionRuns: number;
}

/** One simulated world from its first upload until it has come to rest, been scanned, and come to rest again. */
export async function runWorld(options: WorldOptions): Promise<WorldResult> {
  const random = seeded(options.seed);
  const scheduler = new Scheduler(START);
  const lines: string[] = [];
  const note = (line: string): void => {
    lines.push(`${((scheduler.now - START) / 1000).toFixed(3).padStart(10)} ${line}`);
  };
  const { markerOn404, listingLag } = options;
  const core = createCore({ now: () => scheduler.now, random, switches: { markerOn404, listingLag } });
  for (const { bucket, region } of [SOURCE, DESTINATION, STATE]) core.createBucket(bucket, region);
  for (const { bucket, region } of [SOURCE, DESTINATION]) core.putVersioning(bucket, region, 'Enabled');
  const blobs = createBlobStore();
  const plainCos = createCoreCos(core, blobs, () => scheduler.now);
  const { cos, deeds } = guard(plainCos, core, { source: SOURCE, destination: DESTINATION, state: STATE }, note);
  await createRuleStore({ cos: plainCos, state: STATE, now: () => scheduler.now }).put(ruleSetOf());

  let calm = false;
  const platform = new Platform({
    core,
    cos,
    scheduler,
    random,
    source: SOURCE,
    state: STATE,
    weather: () => (calm ? CALM : options.weather),
    mail: () => (calm ? { ...options.mail, lost: 0 } : options.mail),
    skew: options.skew,
    note,
  });
  const users = new Users({
    core,
    blobs,
    scheduler,
    random,
    habits: options.habits,
    note,
    busy: () => platform.busy,
    source: SOURCE,
    destination: DESTINATION,
  });
  users.begin();
  platform.startTimer();
  const rest = (): boolean => users.done && platform.atRest;
  await scheduler.runUntil(() => {
    if (users.done && scheduler.now > users.lastDeed + STORM_TAIL) calm = true;
    return ((calm || options.weather === CALM) && rest()) || scheduler.now > START + LONGEST;
  });
  note('the world has come to rest');
  const faultless = options.weather === CALM && options.mail.lost === 0 && options.listingLag === 0;
  const before = faultless ? [...checkWorld(core, users, deeds, rest()), ...doubled(deeds)] : [];

  calm = true;
  let settled = false;
  scheduler.after(SETTLE, () => {
    settled = true;
  });
  await scheduler.runUntil(() => settled);
  await scan(core, plainCos, scheduler);
  await scheduler.runUntil(() => rest() || scheduler.now > START + 2 * LONGEST);
  note('scanned, and at rest again');
  core.switches.listingLag = 0;
  const violations = [...before, ...checkWorld(core, users, deeds, rest())];
  await blobs.close();
  return { violations, lines, deeds, functionRuns: platform.started };
}

const doubled = ({ doubles }: Deeds): Violation[] =>
  doubles.map((text) => ({ invariant: 'I3', text: `copied twice: ${text}` }));

/** Every key of either side becomes a task without floor: what a scan does. */
async function scan(core: Core, cos: ReturnType<typeof createCoreCos>, scheduler: Scheduler): Promise<void> {
  let unique = 0;
  const tasks = new Tasks({
    cos,
    state: STATE,
    hash: nodeHash,
    now: () => scheduler.now,
    unique: () => `s${(unique += 1)}`,
  });
  const keys = new Set<string>();
  for (const { bucket, region } of [SOURCE, DESTINATION]) {
    for (const version of core.listVersions(bucket, region, {}).entries) keys.add(version.key);
  }
  for (const key of keys) {
    const facts = {
      floor: 0,
      since: Number.POSITIVE_INFINITY,
      hints: [],
      cause: 'scan',
      attempts: 0,
      first: scheduler.now,
    };
    await tasks.submit({ source: SOURCE, destination: DESTINATION, key, ...facts });
  }
}

function ruleSetOf() {
  const rule = wholeBucket(DESTINATION, { start: START, deleteMarkersSince: START });
  return {
    source: SOURCE,
    role: 'qcs::cam::uin/1:uin/1',
    rules: [rule],
    xml: '<ReplicationConfiguration/>',
    created: START,
  };
}
