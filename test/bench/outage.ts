import {
  BACKUP,
  OTHER,
  refusal,
  RULE,
  scanDeployment,
  type ScanDeployment,
  SOURCE,
  STATE,
} from '../deployment/index.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../shared/replication/index.ts';
import type { Place } from '../../shared/cos/index.ts';
import { round } from './middle.ts';
import type { BenchOptions, BenchResult, Figure } from './types.ts';

const MINUTE = 60_000;
/** Minutes. */
const HOUR = 60;
const RULES = [
  { ...RULE, id: 'backup', priority: 1 },
  { ...RULE, id: 'other', priority: 2, destination: OTHER },
];

interface Outage {
  readonly keys: number;
  /** Requests of the most expensive minute of `schedule` in the second half of the outage. */
  readonly schedule: number;
  /** The same in the first half, in which the destination is found to be down and all failed work is young. */
  readonly first: number;
  /** The most objects that the state bucket held at once. */
  readonly state: number;
  /** Requests of `replicate` for one event, on average. */
  readonly perEvent: number;
  /** Minutes from the destination's first answer until everything is replicated. */
  readonly minutes: number;
  /** Requests while the destination comes back. */
  readonly back: number;
  readonly lost: number;
  /** Versions that reached the other destination later than a minute. */
  readonly disturbed: number;
}

/** Requests of `schedule` and objects of the state bucket beside those of failed work. */
const OTHERS = 40;
/** Requests with which `schedule` starts one piece of work: it reads the piece, writes its task, and removes the piece. */
const START = 3;
/** Further failures of the instance until it has read that the destination is crowded. */
const UNTIL_READ = 10;

/**
 * A destination that answers nothing for hours while this many keys are written, in virtual time. Neither the cost of
 * the outage nor that of the recovery may grow with the number of failed keys.
 */
export async function benchOutage({ quick, large }: BenchOptions): Promise<BenchResult> {
  const { less, more, minutes, settings, late } = sizes(quick, large);
  const few = await measured(less, minutes, settings);
  const many = await measured(more, minutes, settings);
  const held = await heldBack(late);
  // The number of failures after which work is left to a scan, and those of the minute in which `schedule` counts them.
  const waiting = { ...DEFAULT_SETTINGS, ...settings }.crowdedFrom + Math.ceil(more / minutes) + UNTIL_READ;
  const limited: Figure[] = [
    {
      name: 'outage: requests of schedule in a minute at most',
      value: Math.max(few.schedule, many.schedule),
      kind: 'count',
      // Keys that failed in one minute come back at moments of their own. Otherwise this grows with the pace of writing. A
      // longer outage has longer waits, and so fewer keys a minute.
      most: quick ? 80 : large ? 150 : 300,
    },
    {
      name: 'outage: requests of schedule in a minute at first',
      value: many.first,
      kind: 'count',
      // The first waits are a minute or less, so all of it may be due at once.
      most: START * waiting + OTHERS,
    },
    { name: 'outage: objects on the state bucket at most', value: many.state, kind: 'count', most: waiting + OTHERS },
    { name: 'outage: requests of one event, both destinations', value: many.perEvent, kind: 'count', most: 10 },
    { name: 'outage: minutes until everything is there', value: many.minutes, kind: 'count', most: 6 },
    {
      name: 'outage: requests of one more key while it comes back',
      value: round((many.back - few.back) / (more - less)),
      kind: 'count',
      // With fewer keys less waits as a task when the destination answers, so this is more than the two requests of a
      // scan.
      most: 3,
    },
    { name: 'outage: versions lost', value: few.lost + many.lost + held.lost, kind: 'count', most: 0 },
    { name: 'outage: versions late at the other destination', value: many.disturbed, kind: 'count', most: 0 },
    { name: 'outage: requests a key after events were held back', value: held.perKey, kind: 'count', most: 3 },
  ];
  return {
    ok: true,
    figures: { few, many, held },
    limited,
    lines: [
      `${few.keys} and ${many.keys} failed keys: ${few.minutes} and ${many.minutes} minutes until all are there, ` +
        `${few.schedule} and ${many.schedule} requests a minute of schedule`,
    ],
  };
}

function sizes(quick: boolean, large: boolean) {
  if (quick) return { less: 400, more: 1200, minutes: HOUR, settings: { crowdedFrom: 100 }, late: 1000 };
  if (large) return { less: 15_000, more: 1_000_000, minutes: 24 * HOUR, settings: {}, late: 1_000_000 };
  return { less: 3000, more: 15_000, minutes: 3 * HOUR, settings: {}, late: 10_000 };
}

async function measured(keys: number, minutes: number, settings: Partial<Settings>): Promise<Outage> {
  const world = await scanDeployment(RULES, {}, settings);
  await world.scanned();
  const put = uploader(world);
  let isDown = true;
  const made = { state: 0, all: 0 };
  world.onRequest((call) => {
    made.all += 1;
    if (call.endsWith(' crr')) made.state += 1;
    if (isDown && call.endsWith(' backup')) throw refusal();
  });
  const minute = async (): Promise<number> => {
    const before = made.state;
    await world.sweep();
    await world.keep();
    const used = made.state - before;
    await world.runStarted();
    await world.scanRuns();
    return used;
  };
  const most = { schedule: 0, first: 0, state: 0 };
  let [events, disturbed, written] = [0, 0, 0];
  for (let i = 0; i < minutes; i += 1) {
    const end = Math.round(((i + 1) * keys) / minutes);
    const steps = Math.max(1, end - written);
    for (; written < end; written += 1) {
      const key = keyOf(written);
      const before = made.all;
      await world.replicate({ version: put(key), key });
      events += made.all - before;
      if (!isThere(world, key, OTHER)) disturbed += 1;
      world.clock.ms += MINUTE / steps;
    }
    const used = await minute();
    const half = i > minutes / 2 ? 'schedule' : 'first';
    most[half] = Math.max(most[half], used);
    most.state = Math.max(most.state, objectsIn(world, STATE));
    forget(world);
  }
  isDown = false;
  const before = made.all;
  let waited = 0;
  let next = 0;
  // A replicated key stays replicated, so none is looked up twice.
  const isBack = (): boolean => {
    while (next < keys && isThere(world, keyOf(next), BACKUP)) next += 1;
    return next === keys;
  };
  for (; waited < 60 && !isBack(); waited += 1) {
    world.clock.ms += MINUTE;
    await minute();
  }
  return {
    keys,
    ...most,
    perEvent: round(events / keys),
    minutes: waited,
    back: made.all - before,
    lost: keys - next,
    disturbed,
  };
}

/**
 * Events that the platform held back for longer than it keeps them. One that arrives at last starts a scan for all
 * others.
 */
async function heldBack(keys: number): Promise<{ readonly perKey: number; readonly lost: number }> {
  const world = await scanDeployment();
  await world.scanned();
  const put = uploader(world);
  const version = put(keyOf(0));
  for (let i = 1; i < keys; i += 1) put(keyOf(i));
  forget(world);
  world.clock.ms += 40 * MINUTE;
  let made = 0;
  world.onRequest(() => void (made += 1));
  await world.replicate({ version, key: keyOf(0) });
  for (let i = 0; i < 15; i += 1) {
    await world.sweep();
    await world.minute();
    await world.runStarted();
  }
  const lost = Array.from({ length: keys }, (_, i) => keyOf(i)).filter((key) => !isThere(world, key, BACKUP)).length;
  return { perKey: round(made / keys), lost };
}

/** All keys share the same bytes, so that a million of them fits into memory. */
function uploader(world: ScanDeployment) {
  const blob = world.blobs.fromBytes(Buffer.from('x'));
  return (key: string) => world.upload(SOURCE, key, blob);
}

/** The deployment's notes for tests. */
function forget({ events, logs }: ScanDeployment): void {
  events.length = 0;
  logs.length = 0;
}

const keyOf = (n: number): string => `k${String(n).padStart(8, '0')}`;

function objectsIn({ core }: ScanDeployment, { bucket, region }: Place): number {
  let count = 0;
  for (let marker: string | undefined = ''; marker !== undefined;) {
    const page: ReturnType<typeof core.listObjects> = core.listObjects(bucket, region, { marker });
    count += page.entries.length;
    marker = page.nextMarker;
  }
  return count;
}

const isThere = ({ core }: ScanDeployment, key: string, { bucket, region }: Place): boolean =>
  core.listVersions(bucket, region, { prefix: key, maxKeys: 1 }).entries.length === 1;
