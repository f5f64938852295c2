import { nodeHash, type Place } from '../../shared/cos/index.ts';
import type { Keyring, MarkerKey } from '../../shared/identity/index.ts';
import type { Settings } from '../../shared/replication/index.ts';
import { createBlobStore, createCore, type DefaultEncryption } from '../cloud/cos/index.ts';
import { createCoreCos } from '../deployment/index.ts';
import type { Deed } from './deeds.ts';
import { Diary } from './diary.ts';
import { CALM, type Outage, type Weather } from './faulty.ts';
import { askForLooks, askForScans } from './asking.ts';
import { guard } from './guard.ts';
import { checkLinks, checkPrompt, type Evidence, type Violation } from './invariants.ts';
import { Ledger } from './ledger.ts';
import type { Mail } from './mail.ts';
import { Platform, TIME_LIMITS } from './platform.ts';
import { RuleBook } from './rule-book.ts';
import { ScanJudge } from './scan-judge.ts';
import { Scheduler, seeded } from './scheduler.ts';
import { judgeStatus } from './status-judge.ts';
import { checkTogether } from './together.ts';
import { isShared, isSource, isTogether, topologyOf, type Deployment, type Shape, type Topology } from './topology.ts';
import { judgeWatching } from './watching.ts';
import { judgeVerify } from './verify-judge.ts';
import { Users } from './users.ts';

/** 2026-01-01, so that every seed sees the same clock. */
const START = Date.UTC(2026, 0, 1);
/** Faults continue for this long after the last deed of a user, in ms. */
const STORM_TAIL = 300_000;
/** A scan vouches for nothing younger than this, in ms, because listings lag. */
const SETTLE = 60_000;
const LONGEST = 7 * 86_400_000;
/**
 * Runs of functions for each deed, events of tasks included, that no world needs. Beyond this number two sites answer
 * each other.
 */
const MOST_RUNS = 200;
const MEGABYTE = 2 ** 20;

export interface WorldOptions {
  /** Of everything but the deeds: the network's luck, IDs, delays. */
  readonly seed: number;
  readonly shape: Shape;
  readonly deeds: readonly Deed[];
  readonly weather: Weather;
  readonly mail: Mail;
  /** ms by which a function's clock may be wrong, either way. */
  readonly skew: number;
  /** ms by which listings lag. */
  readonly listingLag: number;
  /** Only listings of these lag; undefined: all, and those of the state buckets. */
  readonly lagAt?: 'sources' | 'destinations' | undefined;
  readonly outages?: readonly Outage[] | undefined;
  /** Failed tasks from which on a destination is crowded; undefined: more than any world has. */
  readonly crowdedFrom?: number | undefined;
  /** The most entries of a listing. */
  readonly longestPage: number;
  readonly markerOn404: boolean;
  /** The rules have a tag filter. */
  readonly tagged: boolean;
  /** Only the first link of each source has a rule in the beginning. */
  readonly later: boolean;
  /** Some objects are of several megabytes, and are copied in parts of one. */
  readonly large: boolean;
  /** Bytes from which on objects are left to the task function. */
  readonly inlineBytes: number;
  /** Scans run during the deeds, and not only after them. */
  readonly scans: boolean;
  /** The encryption of the destinations. Where there is one, some objects have one of their own. */
  readonly encryption?: DefaultEncryption['algorithm'] | undefined;
  /** Users give rights to their objects. */
  readonly granting?: boolean | undefined;
  /** The rules have `ReplicaAcl`. */
  readonly replicaAcl?: boolean | undefined;
  /**
   * Tags and rights of versions are changed later. This says how a user asks for their comparison in the end: by a scan
   * of the kind `properties`, or key by key.
   */
  readonly comparedBy?: 'scan' | 'reattempt' | undefined;
  /** Some objects are under a KMS key, and the rules select them. */
  readonly kms?: boolean | undefined;
  /** Nothing at a destination can be removed on its first day. */
  readonly locked?: boolean;
  /** How often a run gets an instance that has run before, from 0 to 1. */
  readonly warm?: number | undefined;
  /** ms within which each version has its replica; undefined: unknown. */
  readonly prompt?: number | undefined;
  /** Canaries are sent, and instances count their copies. */
  readonly watched?: boolean | undefined;
  /** Keys are kept for copies that take as long as COS allows, and no version is copied twice. */
  readonly awaited?: boolean | undefined;
}

export interface WorldResult {
  readonly violations: readonly Violation[];
  readonly lines: readonly string[];
  readonly ledger: Ledger;
  readonly functionRuns: number;
  /** Whether work was ever left to a scan because a pair was behind. */
  readonly marked: boolean;
  /** Requests of all functions until the world came to rest, before it was scanned. */
  readonly requests: number;
}

/** One simulated world from its first upload until it has come to rest, been scanned, and come to rest again. */
export async function runWorld(options: WorldOptions): Promise<WorldResult> {
  const random = seeded(options.seed);
  const scheduler = new Scheduler(START);
  const now = () => scheduler.now;
  const lines: string[] = [];
  const note = (line: string): void => {
    lines.push(`${((scheduler.now - START) / 1000).toFixed(3).padStart(10)} ${line}`);
  };
  const topology = topologyOf(options.shape);
  const { markerOn404, listingLag } = options;
  const core = createCore({ now, random, switches: { markerOn404, listingLag } });
  for (const { bucket, region } of topology.deployments.map(({ state }) => state)) core.createBucket(bucket, region);
  for (const site of topology.sites) {
    const { bucket, region } = site;
    core.createBucket(bucket, region);
    core.putVersioning(bucket, region, 'Enabled');
    const { encryption: algorithm } = options;
    if (algorithm !== undefined && !isSource(topology, site)) {
      core.configureBucket(bucket, region, { encryption: { algorithm } });
    }
    if (options.locked === true && !isSource(topology, site)) {
      core.configureBucket(bucket, region, { objectLock: { defaultDays: 1 } });
    }
  }
  const blobs = createBlobStore();
  const plainCos = createCoreCos(core, blobs, now, options.longestPage, lagsIn(options, topology));
  const rules = topology.deployments.map((deployment) => new RuleBook(deployment, plainCos, now, options));
  for (const book of rules) await book.store();

  const ledger = new Ledger();
  const diary = new Diary();
  const refuses = (place: Place): boolean =>
    (options.outages ?? []).some(({ at, from, until }) => {
      const isState = topology.deployments.some(({ state }) => state.bucket === place.bucket);
      const isMeant =
        at === 'state' ? isState : topology.links.some(({ destination }) => destination.bucket === place.bucket);
      return isMeant && scheduler.now >= START + from && scheduler.now < START + until;
    });
  let calm = false;
  const lull: Weather = { ...CALM, copying: options.weather.copying };
  const faultless = isFaultless(options);
  const platforms = topology.deployments.map(
    (deployment) =>
      new Platform({
        core,
        cos: guard({ cos: plainCos, core, now, topology, deployment, ledger, diary, note }),
        scheduler,
        random,
        deployment,
        weather: () => (calm ? lull : options.weather),
        refuses,
        mail: () => (calm ? { ...options.mail, lost: 0 } : options.mail),
        skew: options.skew,
        inlineBytes: options.inlineBytes,
        settings: settingsOf(options, topology),
        keyring: keyringOf(topology, deployment),
        warm: options.warm,
        watched: options.watched === true,
        note,
      }),
  );
  const changeRules = async (deed: Deed): Promise<void> => {
    const book = rules.find(({ source }) => source.bucket === deed.site.bucket);
    if (await book?.change(deed)) note(`the rules of ${deed.site.bucket} were changed: ${deed.name}`);
  };
  const users = new Users({
    core,
    blobs,
    scheduler,
    deeds: options.deeds,
    diary,
    note,
    busy: () => platforms.some(({ busy }) => busy),
    changeRules,
    large: options.large,
    encrypting: options.encryption !== undefined,
    granting: options.granting === true,
    kms: options.kms === true,
  });
  const scans = new ScanJudge({ core, cos: plainCos, topology, diary, ledger, rules, now });
  for (const platform of platforms) platform.scanning = options.scans && !faultless;
  for (const platform of platforms) platform.canarying = options.watched === true;
  users.begin();
  for (const platform of platforms) platform.startTimer();

  const wired = (book: RuleBook) => {
    const deployment = topology.deployments.find(({ state }) => state.bucket === book.state.bucket) as Deployment;
    return { keys: keyringOf(topology, deployment), settings: settingsOf(options, topology) };
  };
  const evidence: Evidence = { core, topology, diary, ledger, rules };
  const rest = (): boolean =>
    users.done && platforms.every((platform, i) => platform.atRest(rules[i]?.paused === true));
  const runs = (): number => platforms.reduce((sum, { started }) => sum + started, 0);
  const endless = (): boolean => runs() > MOST_RUNS * (options.deeds.length + 5);
  const judge = (compared: boolean): readonly Violation[] => {
    if (endless()) return [{ invariant: 'I4', text: `still at work after ${runs()} runs` }];
    const left: Violation[] = rest() ? [] : [{ invariant: 'I6', text: 'work was still left after seven days' }];
    return [...left, ...checkLinks(evidence, compared), ...(isTogether(options.shape) ? checkTogether(evidence) : [])];
  };
  const calmDown = (): void => {
    calm = true;
    // While canaries of several deployments are on their way, and their events come late, there may be no moment
    // without work.
    for (const platform of platforms) platform.canarying = false;
  };
  await scheduler.runUntil(() => {
    if (users.done && scheduler.now > users.lastDeed + STORM_TAIL) calmDown();
    return ((calm || faultless) && rest()) || endless() || scheduler.now > START + LONGEST;
  });
  note('the world has come to rest');
  const requests = platforms.reduce((sum, platform) => sum + platform.requests, 0);
  // Versions that were written while a rule was disabled are left to the scan.
  const unchanged = !rules.some(({ everChanged }) => everChanged);
  const complete = faultless && unchanged;
  const before = [
    ...(complete ? [...judge(false), ...doubled(ledger)] : repairsItself(options) && unchanged ? judge(false) : []),
    ...checkPrompt(ledger, options.prompt),
    ...(options.awaited === true ? doubled(ledger) : []),
  ];

  calmDown();
  await wait(scheduler, SETTLE);
  const { comparedBy } = options;
  if (comparedBy === 'reattempt') {
    await askForLooks(rules, plainCos, core, now);
    await scheduler.runUntil(() => rest() || endless() || scheduler.now > START + 2 * LONGEST);
    before.push(...judge(true));
  }
  const kind = comparedBy === 'scan' ? 'properties' : 'repair';
  const asked = await askForScans(rules, platforms, { cos: plainCos, kind, asked: now() });
  const scanned = (): boolean => platforms.every((platform, i) => platform.scanned(asked[i] ?? []));
  await scheduler.runUntil(() => (rest() && scanned()) || endless() || scheduler.now > START + 2 * LONGEST);
  for (const platform of platforms) platform.scanning = false;
  const forgotten = (): boolean => platforms.every(({ canaries }) => canaries === 0);
  await scheduler.runUntil(() => (rest() && forgotten()) || endless() || scheduler.now > START + 3 * LONGEST);
  note('scanned, and at rest again');
  core.switches.listingLag = 0;
  const unscanned: Violation[] = scanned() ? [] : [{ invariant: 'I6', text: 'a scan did not end' }];
  const watching = options.watched === true ? await judgeWatching({ ...evidence, cos: plainCos }) : [];
  const violations = [
    ...before,
    ...judge(comparedBy !== undefined),
    ...unscanned,
    ...watching,
    ...scans.violations,
    ...(await scans.recount()),
  ];
  // A world that has failed already proves nothing more.
  if (violations.length === 0) {
    const answers = { ...evidence, cos: plainCos, now, wired };
    violations.push(...(await judgeStatus(answers)), ...(await judgeVerify(answers)));
  }
  await blobs.close();
  // Worlds follow one another without a turn of the event loop, in which a process would receive signals and messages.
  await new Promise(setImmediate);
  const marked = platforms.some((platform) => platform.marked);
  return { violations, lines, ledger, functionRuns: runs(), requests, marked };
}

function isFaultless({ weather, mail, listingLag, outages = [] }: WorldOptions): boolean {
  const { only: _only, copying = 0, ...fates } = weather;
  // A copy that takes longer than the run that asked for it counts as a failing one.
  if (outages.length > 0 || copying >= TIME_LIMITS.replicate) return false;
  return Object.values(fates).every((rate) => rate === 0) && mail.lost === 0 && listingLag === 0;
}

/** The only faults are destinations that are down, which the service repairs before anybody asks for a scan. */
function repairsItself({ outages = [], crowdedFrom, ...options }: WorldOptions): boolean {
  return crowdedFrom !== undefined && outages.every(({ at }) => at === 'destinations') && isFaultless(options);
}

function lagsIn({ lagAt }: WorldOptions, { links }: Topology): (place: Place) => boolean {
  if (lagAt === undefined) return () => true;
  return ({ bucket }) =>
    links.some(({ source, destination }) => (lagAt === 'sources' ? source : destination).bucket === bucket);
}

const doubled = ({ doubles }: Ledger): Violation[] =>
  doubles.map(({ text }) => ({ invariant: 'I3', text: `copied twice: ${text}` }));

function settingsOf({ large, crowdedFrom, awaited }: WorldOptions, topology: Topology): Partial<Settings> {
  const sharedWith = (place: Place): Place | undefined =>
    isShared(topology, place)
      ? topology.deployments.find(({ source }) => source.bucket === place.bucket)?.state
      : undefined;
  const behind = crowdedFrom === undefined ? {} : { crowdedFrom, failuresInARow: 2 };
  return {
    ...(large ? { largeFrom: MEGABYTE } : {}),
    ...(awaited === true ? { slowestCopy: Number.MIN_VALUE } : {}),
    ...behind,
    sharedWith,
  };
}

/**
 * Each deployment signs with a key of its own. Where replication continues from a destination, it knows those of all
 * others.
 */
function keyringOf(topology: Topology, own: Deployment): Keyring {
  const { deployments, sites } = topology;
  const keyOf = ({ name }: Deployment): MarkerKey => ({
    id: nodeHash.sha256(name).slice(0, 8),
    secret: `secret of ${name}`,
    retired: undefined,
  });
  const newest = keyOf(own);
  const known = sites.some((site) => isShared(topology, site)) ? deployments.map(keyOf) : [newest];
  return {
    newest: async () => newest,
    find: async (id) => known.filter((key) => key.id === id),
  };
}

async function wait(scheduler: Scheduler, ms: number): Promise<void> {
  let over = false;
  scheduler.after(ms, () => {
    over = true;
  });
  await scheduler.runUntil(() => over);
}
