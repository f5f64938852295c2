import { seeded } from './scheduler.ts';

/** Worlds of a hundred that have a site to which two others send, or a site that passes nothing on. */
const CROSSED = 4;

/** About how many worlds of a hundred are of each kind. */
const SHARES = {
  'one-way': 41,
  /** Canaries are sent, and the functions count their copies. */
  watched: 2,
  /** Objects give rights to others, some are under KMS keys, and the rules say whether replicas get the rights. */
  granted: 3,
  /** Tags and rights of versions and replicas are changed later, without an event. */
  'changed-in-place': 2,
  'fan-out': 8,
  chain: CROSSED,
  'two-way': 4,
  mesh: CROSSED,
  ring: 4,
  /** Rules change during work. */
  rules: 12,
  /** Some objects are copied in parts. */
  parts: 8,
  /** Few deeds to one key, minutes apart, and requests that arrive long after they were sent. */
  'late-requests': 8,
  /** The same, but only deletions are late. */
  'late-deletions': 10,
  'late-copies': 4,
  /** Nothing fails; one key is written faster than it can be copied. Other kinds also have such worlds, but rarely. */
  bursts: 0,
  /** The same with failing copies, which only the answer shows. */
  'failed-copies': 0,
  /** One key is written dozens of times within seconds, and every event finds it taken. */
  'hot-key': 2,
  /** The same bytes again and again, by events that come late and often name no version; no scan repairs the gaps. */
  unnamed: 0,
  /** Destinations where users copy replicas and lifecycle removes them. */
  crowded: 0,
  /** Two sites where keys are deleted and undeleted, and functions are killed while they do the same. */
  'two-way-deletions': 0,
  /** Sites that send to each other, a key that is deleted everywhere within seconds, and DELETEs of ours that come late. */
  'close-deletions': 0,
  /** Lifecycles on either side, hours apart, and destinations that encrypt. */
  lifecycle: 0,
  /**
   * Listings lag, together with everything that a lag hides best: tags, events without version IDs, one side only, two
   * ways.
   */
  lagging: 6,
  'two-way-lag': 3,
  /** Some versions are archived, and some of those restored. */
  archived: 3,
  /** Some versions, at either side, are under a customer's key. */
  sealed: 2,
  /** The lifecycle of the destination removes everything that it may remove. */
  emptied: 2,
  /** Copies take minutes, and take effect after the run that asked for them was killed. */
  'slow-copies': 3,
  /** The same, where nearly every function is killed during its copy, and no scan repairs the late writes. */
  'orphaned-copies': 0,
  /** The same, where a key is kept for as long as a copy may take, so nothing is copied twice. */
  'awaited-copies': 0,
  /** The state bucket refuses everything for minutes. */
  'state-outage': 2,
  /** Destinations are down, and after a few failures the repair is left to a scan. */
  behind: 3,
  /** The destination suspends versioning for minutes. */
  suspended: 2,
  /** Rules are disabled for minutes while the destination refuses and tasks wait. */
  paused: 2,
  /** Clocks of functions are minutes apart. */
  skewed: 0,
  /** Programs at the destination change objects in place, and lifecycle removes the originals. */
  rewritten: 0,
  /** Somebody at either side copies, alters, replays and invents replication markers. */
  malice: 4,
} as const;

export type Kind = keyof typeof SHARES;
export const KINDS = Object.keys(SHARES) as readonly Kind[];

/** The kind of a seed in the mix. */
export function kindOf(seed: number): Kind {
  let dice = seeded(seed ^ 0x2545f491)() * Object.values(SHARES).reduce<number>((a, b) => a + b, 0);
  for (const kind of KINDS) {
    dice -= SHARES[kind];
    if (dice < 0) return kind;
  }
  return 'one-way';
}
