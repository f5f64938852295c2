import { INLINE_BYTES } from './calm.ts';
import { deedsOf, RULE_DEEDS, type Habits } from './deeds.ts';
import { CALM, type Weather } from './faulty.ts';
import type { Mail } from './mail.ts';
import { seeded } from './scheduler.ts';
import { topologyOf, type Shape } from './topology.ts';
import type { WorldOptions } from './world.ts';

/** Worlds of a hundred that have a site to which two others send, or a site that passes nothing on. */
const CROSSED = 4;

/** Worlds of a hundred that are of each kind, about. */
const SHARES = {
  'one-way': 46,
  'fan-out': 8,
  chain: CROSSED,
  'two-way': 4,
  mesh: CROSSED,
  ring: 4,
  /** Rules change while work is in flight. */
  rules: 12,
  /** Some objects are copied in parts. */
  parts: 8,
  /** Few deeds of one key, minutes apart, and requests that land long after they were sent. */
  'late-requests': 8,
  /** The same, but only deletions are late. */
  'late-deletions': 10,
  'late-copies': 4,
  /** Nothing fails; one key is written faster than it can be copied. Such worlds are among the others too, but rarely. */
  bursts: 0,
  /** The same with failing copies, of which only the answer tells. */
  'failed-copies': 0,
  /** One key is written dozens of times within seconds, and every event finds it taken. */
  'hot-key': 2,
  /** The same bytes again and again, by events that come late and often name no version; no scan puts right what they miss. */
  unnamed: 0,
  /** Destinations where users copy replicas and lifecycle removes them. */
  crowded: 0,
  /** Two sites where keys are deleted and undeleted, and functions die while they do the same. */
  'two-way-deletions': 0,
  /** Lifecycles on either side, hours apart, and destinations that encrypt. */
  lifecycle: 0,
  /** Listings lag, and with them comes what hides best behind that: tags, events without names, one side only, two ways. */
  lagging: 6,
  'two-way-lag': 3,
  /** Some versions are archived, and some of those restored. */
  archived: 3,
  /** The lifecycle of the destination removes all that it may remove. */
  emptied: 2,
  /** Copies take minutes, and land after the run that asked for them has been killed. */
  'slow-copies': 3,
  /** The same, where nearly every function dies over its copy, and no scan puts right what lands then. */
  'orphaned-copies': 0,
  /** The state bucket refuses everything for minutes. */
  'state-outage': 2,
  /** Destinations are down, and a few failures are enough for a scan to repair what they left. */
  behind: 3,
  /** The destination stops keeping versions for minutes. */
  suspended: 2,
  /** Rules are disabled for minutes while the destination refuses and work waits. */
  paused: 2,
  /** Clocks of functions are minutes apart. */
  skewed: 0,
  /** Programs at the destination change objects in place, and lifecycle takes the originals. */
  rewritten: 0,
  /** Somebody at either side copies, alters, replays and invents markers. */
  malice: 4,
} as const;

export type Kind = keyof typeof SHARES;
export const KINDS = Object.keys(SHARES) as readonly Kind[];

/** A world before its deeds are made of its habits. */
type Sketch = Omit<WorldOptions, 'deeds'> & { readonly habits: Habits };

/** The kind of world that a seed means: from quiet ones, in which nothing fails, to storms. */
export function worldOf(seed: number, kind: Kind = kindOf(seed)): WorldOptions {
  const random = seeded(seed ^ 0x5bd1e995);
  const { habits, ...options } = variation(kind, mixedWorld(seed, random), random);
  return { ...options, deeds: deedsOf(seed ^ 0x1b873593, habits, topologyOf(options.shape)) };
}

function kindOf(seed: number): Kind {
  let dice = seeded(seed ^ 0x2545f491)() * Object.values(SHARES).reduce<number>((a, b) => a + b, 0);
  for (const kind of KINDS) {
    dice -= SHARES[kind];
    if (dice < 0) return kind;
  }
  return 'one-way';
}

function variation(kind: Kind, world: Sketch, random: () => number): Sketch {
  const between = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
  switch (kind) {
    case 'one-way':
      return world;
    case 'bursts':
    case 'failed-copies': {
      const half = (weight: number): number => (random() < 0.5 ? weight : 0);
      const pace = [200, 3000, 20_000][between(0, 2)] as number;
      const rare = { remove: half(3), undelete: half(2), foreignDelete: half(2) };
      const habits: Habits = { deeds: between(4, 10), keys: 1, pace, put: 10, putSame: half(10), ...rare };
      const copying = random() < 0.6 ? between(500, 30_000) : undefined;
      const weather = { ...CALM, copying, errorIn200: kind === 'bursts' ? 0 : 0.3 };
      const mail = { ...world.mail, lost: 0, late: half(0.5), latest: 60_000 };
      return { ...world, weather, mail, habits, listingLag: 0 };
    }
    case 'hot-key': {
      const half = (weight: number): number => (random() < 0.5 ? weight : 0);
      const pace = [20, 60, 300][between(0, 2)] as number;
      const habits: Habits = { deeds: between(15, 60), keys: 1, pace, put: 10, putSame: half(3), remove: half(1) };
      const single = ([undefined, undefined, 'killed', 'answerLost', 'late'] as const)[between(0, 4)];
      const weather = single === undefined ? CALM : { ...CALM, [single]: 0.02 };
      const mail = { ...world.mail, lost: 0, late: half(0.1), latest: 30_000 };
      const listingLag = half(half(5_000));
      const isCalm = single === undefined && mail.late === 0 && listingLag === 0;
      const prompt = isCalm && pace > 20 ? 15_000 : undefined;
      return { ...world, shape: 'one-way', weather, mail, habits, listingLag, skew: half(5_000), prompt };
    }
    case 'unnamed': {
      const pace = [200, 1000][between(0, 1)] as number;
      const habits: Habits = { deeds: between(3, 8), keys: 1, pace, put: 1, putSame: 10 };
      const mail = { ...world.mail, lost: 0, late: 0.5, latest: 20_000, withVersionId: random() < 0.5 ? 0 : 0.5 };
      return { ...world, weather: CALM, mail, habits, listingLag: 0, skew: 0, scans: false };
    }
    case 'crowded': {
      const copies = { put: 6, foreignCopy: 5, foreignPut: 1, expire: 5 };
      const pace = [3000, 60_000, 20 * 60_000][between(0, 2)] as number;
      const habits: Habits = { deeds: between(5, 14), keys: 1, pace, ...copies };
      return { ...world, weather: CALM, mail: { ...world.mail, lost: 0, late: 0.5 }, habits, listingLag: 0 };
    }
    case 'malice': {
      const pace = [1000, 20_000, 5 * 60_000][between(0, 2)] as number;
      const shape: Shape = random() < 0.6 ? 'one-way' : random() < 0.5 ? 'two-way' : 'chain';
      const honest = { put: 6, remove: 2, foreignPut: 1, removeVersion: random() < 0.3 ? 1 : 0 };
      const habits: Habits = { deeds: between(4, 14), keys: 1, pace, ...honest, forge: 4, foreignForge: 5 };
      const mail = { ...world.mail, lost: 0, late: 0.5 };
      return { ...world, shape, weather: CALM, mail, habits, listingLag: 0, skew: 0 };
    }
    case 'lifecycle': {
      const pace = [5 * 60_000, 30 * 60_000, 3 * 3_600_000][between(0, 2)] as number;
      const writes = { put: 8, putSame: 1, remove: 3, undelete: 1, removeVersion: 1 };
      const habits: Habits = { deeds: between(5, 18), keys: between(1, 3), pace, ...writes, age: 4, ageSource: 3 };
      const algorithm = (['AES256', 'SM4', 'cos/kms'] as const)[between(0, 2)] ?? 'AES256';
      const shape: Shape = random() < 0.3 ? 'fan-out' : 'one-way';
      // A storm of many hours is more work than any world needs.
      const weather = pace > 5 * 60_000 ? CALM : world.weather;
      return {
        ...world,
        shape,
        weather,
        habits,
        encryption: random() < 0.7 ? algorithm : undefined,
        locked: random() < 0.3,
      };
    }
    case 'two-way-deletions': {
      const pace = [60_000, 300_000][between(0, 1)] as number;
      const script = random() < 0.2 ? { script: ['put', 'remove', 'remove', 'undelete'] as const } : {};
      const habits: Habits = { deeds: between(3, 8), keys: 1, pace, put: 3, remove: 3, undelete: 2, ...script };
      const weather: Weather = { ...CALM, killed: random() < 0.5 ? 0.4 : 0, only: 'deletions' };
      return { ...world, shape: 'two-way', weather, habits, listingLag: 0 };
    }
    case 'lagging':
    case 'two-way-lag': {
      const lag = { listingLag: [5_000, 30_000][between(0, 1)] as number };
      const lagAt = ([undefined, 'sources', 'destinations'] as const)[between(0, 2)];
      const pace = [200, 3000][between(0, 1)] as number;
      const habits: Habits = { ...world.habits, deeds: between(3, 10), keys: 1, pace, copyBack: 0, foreignCopy: 0 };
      const mail = random() < 0.5 ? { ...world.mail, withVersionId: 0 } : world.mail;
      const shape: Shape =
        kind === 'two-way-lag' ? 'two-way' : ((['one-way', 'one-way', 'ring'] as const)[between(0, 2)] as Shape);
      const tagged = kind === 'lagging' && random() < 0.4;
      return { ...world, ...lag, lagAt, shape, mail, habits, tagged };
    }
    case 'archived': {
      const listingLag = random() < 0.5 ? 5_000 : 0;
      const pace = [200, 3000, 60_000][between(0, 2)] as number;
      const habits: Habits = { deeds: between(3, 10), keys: 1, pace, put: 4, archivePut: 4, restore: 4, remove: 1 };
      return { ...world, habits, listingLag };
    }
    case 'emptied': {
      const pace = [60_000, 20 * 60_000][between(0, 1)] as number;
      const habits: Habits = { deeds: between(4, 12), keys: 1, pace, put: 4, remove: 4, expireAll: 5, undelete: 1 };
      return { ...world, habits, listingLag: 0 };
    }
    case 'slow-copies': {
      const copying = [80_000, 300_000, 840_000][between(0, 2)] as number;
      const killed = random() < 0.5 ? 0.1 : 0;
      const pace = [3000, 60_000, 300_000][between(0, 2)] as number;
      const habits: Habits = {
        deeds: between(2, 8),
        keys: 1,
        pace,
        put: 5,
        remove: 2,
        undelete: random() < 0.5 ? 1 : 0,
      };
      return { ...world, weather: { ...CALM, killed, copying, only: 'copies' }, habits, listingLag: 0 };
    }
    case 'orphaned-copies': {
      const weather: Weather = { ...CALM, killed: 0.5, copying: 840_000, only: 'copies' };
      const pace = [60_000, 300_000, 600_000][between(0, 2)] as number;
      const habits: Habits = { deeds: between(2, 6), keys: 1, pace, put: 5, remove: 1 };
      return { ...world, weather, habits, listingLag: 0, scans: false };
    }
    case 'state-outage': {
      const from = between(0, 60_000);
      const outages = [{ at: 'state' as const, from, until: from + between(30_000, 240_000) }];
      const pace = [1000, 20_000][between(0, 1)] as number;
      return {
        ...world,
        outages,
        habits: { ...world.habits, deeds: between(3, 12), pace, copyBack: 0, foreignCopy: 0 },
      };
    }
    case 'behind': {
      const shape: Shape = (['one-way', 'one-way', 'fan-out', 'two-way'] as const)[between(0, 3)] as Shape;
      // Before the first scan has ended, or after it.
      const from = random() < 0.4 ? between(0, 30_000) : between(4, 8) * 60_000;
      const until = from + between(4, 30) * 60_000;
      const again =
        random() < 0.3 ? [{ at: 'destinations' as const, from: until + 90_000, until: until + 600_000 }] : [];
      const outages = [{ at: 'destinations' as const, from, until }, ...again];
      const calm = random() < 0.6;
      const mail = { ...world.mail, ...(calm ? { lost: 0 } : {}), late: 0.2, latest: 60_000 };
      const habits: Habits = {
        deeds: between(8, 24),
        keys: between(3, 6),
        pace: [20_000, 60_000][between(0, 1)] as number,
        put: 8,
        remove: random() < 0.5 ? 2 : 0,
        undelete: random() < 0.3 ? 1 : 0,
        removeVersion: random() < 0.3 ? 1 : 0,
        ...(shape !== 'two-way' && random() < 0.2 ? { archivePut: 2, restore: 2 } : {}),
      };
      return {
        ...world,
        shape,
        weather: calm ? CALM : world.weather,
        mail,
        outages,
        habits,
        crowdedFrom: between(2, 4),
        scans: true,
        listingLag: calm ? 0 : world.listingLag,
      };
    }
    case 'suspended': {
      const pace = [1000, 20_000, 60_000][between(0, 2)] as number;
      const rest = { put: 8, remove: 2, suspendThere: 3, foreignPut: 0 };
      const weather = { ...world.weather, copying: random() < 0.5 ? 10_000 : undefined };
      return { ...world, weather, habits: { deeds: between(4, 14), keys: 1, pace, ...rest }, listingLag: 0 };
    }
    case 'paused': {
      const outages = [{ at: 'destinations' as const, from: 0, until: between(60_000, 600_000) }];
      const pace = [3000, 60_000][between(0, 1)] as number;
      const habits: Habits = { deeds: between(4, 12), keys: 2, pace, put: 6, remove: 2, disable: 3, enable: 3 };
      return { ...world, outages, habits, listingLag: 0 };
    }
    case 'skewed':
      return { ...world, skew: 300_000, listingLag: 0, habits: { ...world.habits, foreignCopy: 0, copyBack: 0 } };
    case 'rewritten': {
      const pace = [3000, 60_000, 20 * 60_000][between(0, 2)] as number;
      const habits: Habits = { deeds: between(4, 12), keys: 1, pace, put: 4, rewrite: 4, expire: 4, remove: 1 };
      return { ...world, habits, listingLag: 0 };
    }
    case 'fan-out':
    case 'chain':
    case 'two-way':
    case 'ring':
      return { ...world, shape: kind, habits: { ...world.habits, deeds: between(2, 10), copyBack: 0 } };
    case 'mesh':
      return { ...world, shape: kind, habits: { ...world.habits, deeds: between(2, 6), keys: 1, copyBack: 0 } };
    case 'rules': {
      const changes = Object.fromEntries(RULE_DEEDS.filter(() => random() < 0.5).map((name) => [name, 3]));
      const shape: Shape = random() < 0.3 ? 'fan-out' : 'one-way';
      const pace = [1000, 20_000, 30 * 60_000][between(0, 2)] as number;
      const habits = { ...world.habits, deeds: between(4, 16), pace, ...changes };
      return { ...world, shape, later: true, tagged: random() < 0.3, habits };
    }
    case 'parts': {
      const weather = { ...world.weather, copying: random() < 0.5 ? between(1000, 30_000) : undefined };
      const inlineBytes = random() < 0.5 ? 2 * 2 ** 20 : INLINE_BYTES;
      const changes = random() < 0.2 ? { dropRules: 1, addRules: 1 } : {};
      const habits = { ...world.habits, ...changes, deeds: between(2, 10), foreignUpload: 1 };
      return { ...world, large: true, inlineBytes, tagged: random() < 0.2, weather, habits };
    }
    default: {
      const only = ({ 'late-requests': undefined, 'late-deletions': 'deletions', 'late-copies': 'copies' } as const)[
        kind
      ];
      const habits: Habits = { deeds: between(2, 8), keys: 1, pace: 20_000, put: 1, remove: 1 };
      const mail = { ...world.mail, lost: 0, late: 0 };
      const weather = { ...CALM, late: only === undefined ? 0.3 : 0.6, only };
      if (only === 'deletions' && random() < 0.5)
        return { ...takenBack({ ...world, mail, habits, listingLag: 0 }), weather };
      return { ...world, weather, mail, habits, listingLag: 0 };
    }
  }
}

/**
 * A deletion is taken back while its DELETE is on its way. Events that come twice and late start runs that find nothing
 * but the record of the one that broke off.
 */
const takenBack = (world: Sketch): Sketch => ({
  ...world,
  mail: { ...world.mail, doubled: 1, late: 0.6, latest: 240_000 },
  habits: { ...world.habits, deeds: 3, script: ['put', 'remove', 'undelete'] },
});

/** A little of everything, or a lot of one thing: many faults at once hide what each of them does alone. */
function storm(random: () => number): Weather {
  const rate = (most: number): number => (random() < 0.5 ? random() * most : 0);
  const single = (['answerLost', 'late', 'killed', 'cutOff', 'errorIn200'] as const)[Math.floor(random() * 10)];
  if (single !== undefined) return { ...CALM, [single]: 0.05 + random() * 0.25 };
  return {
    refused: rate(0.1),
    answerLost: rate(0.05),
    late: rate(0.05),
    vanished: rate(0.03),
    cutOff: rate(0.05),
    errorIn200: rate(0.05),
    killed: rate(0.03),
  };
}

function mixedWorld(seed: number, random: () => number): Sketch {
  const chance = (p: number): boolean => random() < p;
  const rate = (most: number): number => (chance(0.5) ? random() * most : 0);
  // Storms hide what single lost events do, and every third world is one in which nothing fails at all.
  const sky = (['calm', 'lossy', 'storm'] as const)[Math.floor(random() * 3)] ?? 'calm';
  const crowded = chance(0.5);
  const pruning = chance(0.4);
  const listingLag = chance(0.15) ? 5_000 : 0;
  const mail: Mail = {
    lost: sky === 'calm' ? 0 : rate(0.4),
    doubled: rate(0.4),
    late: rate(0.4),
    latest: 600_000,
    withVersionId: [0, 1, random()][Math.floor(random() * 3)] ?? 0,
  };
  return {
    seed,
    shape: 'one-way',
    weather: sky === 'storm' ? storm(random) : CALM,
    mail,
    habits: {
      deeds: 3 + Math.floor(random() * 15),
      keys: 1 + Math.floor(random() * 3),
      pace: [200, 3000, 60_000][Math.floor(random() * 3)] ?? 200,
      put: 10,
      putSame: chance(0.3) ? 5 : 0,
      multipart: chance(0.3) ? 3 : 0,
      remove: chance(0.6) ? 4 : 0,
      removeVersion: pruning ? 2 : 0,
      undelete: pruning ? 2 : 0,
      copyBack: chance(0.2) && listingLag === 0 ? 2 : 0,
      suspend: chance(0.15) ? 1 : 0,
      foreignPut: crowded ? 2 : 0,
      // What is copied in the very seconds that a listing lacks cannot be told from ours: a known limit.
      foreignCopy: crowded && listingLag === 0 ? 2 : 0,
      foreignDelete: crowded ? 2 : 0,
      expire: crowded ? 2 : 0,
    },
    skew: chance(0.3) ? 5_000 : 0,
    listingLag,
    longestPage: chance(0.3) ? 1 + Math.floor(random() * 3) : 1000,
    markerOn404: chance(0.5),
    tagged: false,
    later: false,
    large: false,
    inlineBytes: INLINE_BYTES,
    scans: seed % 3 !== 0,
  };
}
