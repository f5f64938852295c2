import { setTimeout as sleep } from 'node:timers/promises';
import { replicationClient } from './clients.ts';
import { counted, describePlan, planOf } from './counts.ts';
import { apiDomain, ROLE, type Environment } from './environment.ts';
import type { Selection } from './files.ts';
import { dropEvents, dropNoMore } from './faults.ts';
import { halve } from './halves.ts';
import { timeOf } from './lag.ts';
import { createObserver, type Sides } from './observe.ts';
import type { Progress } from './progress.ts';
import { createReader } from './reader.ts';
import { describeRule, setRule } from './rule.ts';
import { askForScan, hasLooked, mayHaveMissed, readScan } from './scan.ts';
import type { ScanState } from '../../../functions/api/scan-schemas.ts';
import { planStories } from './stories.ts';
import type { Summary } from './summary.ts';
import type { Story, Written } from './types.ts';
import { upload } from './upload.ts';
import { compareContents, compareUpload, measureLag } from './verify.ts';
import { awaitAgreement, unlessAborted } from './wait.ts';

/** Longer than the wait of the service before it tries a failed key again (a minute, twice, and the timer's minute). */
const QUIET_FOR = 200_000;
/** ms within which a finished scan must report, and between two questions. */
const TOLD_WITHIN = 60_000;
const SOON = 500;

export interface JobOptions {
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly say: (line: string) => void;
}

/**
 * Uploads half, sets a rule that asks for existing objects, uploads the rest while some events are dropped, waits until
 * both sides agree and compares them. Throws when a step could not be taken at all.
 */
export async function runJob(
  environment: Environment,
  selection: Selection,
  { signal, progress, say }: JobOptions,
): Promise<Summary> {
  const { source, destination } = environment;
  const sides = { source, destination };
  const api = replicationClient(environment, apiDomain);
  const stories = planStories(selection.files);
  const halves = halve(stories);
  const plan = planOf(stories, selection.files.length);
  describePlan(plan).forEach(say);
  const reader = createReader(environment);
  const begun = performance.now();
  const send = async (what: string, part: readonly Story[]): Promise<readonly Written[]> => {
    progress.start(what, stepsOf(part), 'writes');
    const written = await upload(environment.cos, source, part, {
      signal,
      onProgress: ({ steps, bytes }) => progress.update(steps, `${(bytes / 1e6).toFixed(1)} MB`),
    });
    progress.stop();
    return written;
  };
  try {
    const before = await send('uploaded  ', halves.before);
    // An event that still waits would find the rule, and leave nothing of its key to the scan.
    await unlessAborted(environment.idle(), signal);
    await setRule(api, source, destination, ROLE);
    describeRule(source, destination).forEach(say);
    const unseen = halves.dropped.map(({ key }) => key);
    await dropEvents(environment, source, unseen);
    // These are first, because a scan finds the versions from before its beginning.
    const dropped = await send('unnoticed ', halves.dropped);
    const lost = await dropNoMore(environment);
    const written = [...before, ...dropped, ...(await send('uploaded  ', halves.live))];
    const last = Math.max(0, ...dropped.map(({ versionId }) => timeOf(versionId) ?? 0));
    const late = mayHaveMissed(await readScan(api, source, destination), last);
    if (late) await askForScan(api, source);
    // A scan begins with the next minute, so the job fires the timer. Until the events are done the scan would meet them.
    void environment.idle().then(environment.beginMinute);

    const versions = versionsOf(written);
    let missing = '';
    const observe = createObserver(reader, sides, (known) => progress.update(Math.min(known, versions), missing));
    progress.start('replicated', versions, 'versions');
    const observation = await awaitAgreement(
      () => observe(signal),
      {
        quietFor: late ? 2 * QUIET_FOR : QUIET_FOR,
        now: () => performance.now(),
        sleep: (ms) => sleep(ms, undefined, { signal }),
      },
      {
        signal,
        onLook: ({ pairs, mismatches }) => {
          missing = mismatches.length === 0 ? '' : `${counted(mismatches.length, 'difference')} left`;
          progress.update(pairs.length, missing);
        },
      },
    );
    const seconds = (performance.now() - begun) / 1000;
    progress.stop();

    progress.start('compared  ', observation.pairs.length, 'versions');
    const contents = await compareContents(reader, sides, observation.pairs, {
      signal,
      onProgress: (done) => progress.update(done),
    });
    progress.stop();
    const live = new Set(halves.live.map(({ key }) => key));
    const entries = [...observation.source.values()].flat();
    return {
      objects: plan.keys,
      extra: plan.extra,
      versions: versionsOf(entries),
      deleteMarkers: entries.length - versionsOf(entries),
      bytes: written.reduce((sum, { size }) => sum + size, 0),
      seconds,
      mismatches: [...compareUpload(written, observation.source), ...observation.mismatches, ...contents],
      // Only versions with an event count, because the others waited for the scan.
      lag: measureLag(observation.pairs.filter(({ key }) => live.has(key))),
      scan: {
        before: versionsOf(before),
        lostEvents: lost,
        did: (await whenLooked(api, sides, signal))?.did,
      },
    };
  } finally {
    progress.stop();
    reader.close();
  }
}

const stepsOf = (stories: readonly Story[]): number => stories.reduce((sum, { steps }) => sum + steps.length, 0);

const versionsOf = (entries: readonly { readonly deleteMarker: boolean }[]): number =>
  entries.filter(({ deleteMarker }) => !deleteMarker).length;

/** The counts of the scan, once it has written them; a range does so now and then. */
async function whenLooked(
  api: ReturnType<typeof replicationClient>,
  { source, destination }: Sides,
  signal: AbortSignal,
): Promise<ScanState | undefined> {
  const until = performance.now() + TOLD_WITHIN;
  for (;;) {
    const scan = await readScan(api, source, destination);
    if ((scan !== undefined && hasLooked(scan)) || performance.now() >= until) return scan;
    await sleep(SOON, undefined, { signal });
  }
}
