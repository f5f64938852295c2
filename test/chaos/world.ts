import type { Place } from '../../shared/cos/index.ts';
import { createBlobStore, createCore } from '../cloud/cos/index.ts';
import { createCoreCos } from '../deployment/index.ts';
import type { Deed } from './deeds.ts';
import { Diary } from './diary.ts';
import { CALM, type Weather } from './faulty.ts';
import { askForLooks, askForScans } from './asking.ts';
import { guard } from './guard.ts';
import { checkLinks, checkPrompt, type Evidence, type Violation } from './invariants.ts';
import { Ledger } from './ledger.ts';
import { isFaultless, lagsIn, repairsItself, type WorldOptions } from './options.ts';
import { Platform } from './platform.ts';
import { RuleBook } from './rule-book.ts';
import { ScanJudge } from './scan-judge.ts';
import { Scheduler, seeded } from './scheduler.ts';
import { judgeStatus } from './status-judge.ts';
import { checkTogether } from './together.ts';
import { isSource, isTogether, topologyOf, type Deployment } from './topology.ts';
import { judgeWatching } from './watching.ts';
import { judgeVerify } from './verify-judge.ts';
import { Users } from './users.ts';
import { keyringOf, settingsOf } from './wiring.ts';

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
        ledger,
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
    const together = isTogether(options.shape) ? checkTogether(evidence, !faultless) : [];
    return [...left, ...checkLinks(evidence, compared), ...together];
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

const doubled = ({ doubles }: Ledger): Violation[] =>
  doubles.map(({ text }) => ({ invariant: 'I3', text: `copied twice: ${text}` }));

async function wait(scheduler: Scheduler, ms: number): Promise<void> {
  let over = false;
  scheduler.after(ms, () => {
    over = true;
  });
  await scheduler.runUntil(() => over);
}
