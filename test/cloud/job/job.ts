import { setTimeout as sleep } from 'node:timers/promises';
import { replicationClient } from './clients.ts';
import { counted, describePlan, planOf } from './counts.ts';
import { apiDomain, ROLE, type Environment } from './environment.ts';
import type { Selection } from './files.ts';
import { createObserver, type Observation } from './observe.ts';
import type { Progress } from './progress.ts';
import { createReader } from './reader.ts';
import { setRule } from './rule.ts';
import { planStories } from './stories.ts';
import type { Summary } from './summary.ts';
import { upload } from './upload.ts';
import { compareContents, compareUpload, measureLag } from './verify.ts';
import { awaitAgreement } from './wait.ts';

/** Longer than the service itself waits before it tries a failed key again (a minute, twice, and the timer's minute). */
const QUIET_FOR = 200_000;

export interface JobOptions {
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly say: (line: string) => void;
}

const versionsOf = (observation: Observation): number =>
  [...observation.source.values()].flat().filter((entry) => !entry.deleteMarker).length;

/** Sets the rule, uploads, waits until both sides agree and compares them. Throws when a step could not be taken at all. */
export async function runJob(
  environment: Environment,
  selection: Selection,
  { signal, progress, say }: JobOptions,
): Promise<Summary> {
  const { source, destination } = environment;
  const sides = { source, destination };
  await setRule(replicationClient(environment, apiDomain), source, destination, ROLE);
  say(`Rule set with the official SDK: ${source.bucket} → ${destination.bucket}.`);

  const stories = planStories(selection.files);
  const plan = planOf(stories, selection.files.length);
  describePlan(plan).forEach(say);
  const reader = createReader(environment);
  try {
    const begun = performance.now();
    progress.start('uploaded  ', plan.puts + plan.deletions, 'writes');
    const written = await upload(environment.cos, source, stories, {
      signal,
      onProgress: ({ steps, bytes }) => progress.update(steps, `${(bytes / 1e6).toFixed(1)} MB`),
    });
    progress.stop();

    const versions = written.filter((entry) => !entry.deleteMarker).length;
    let missing = '';
    const observe = createObserver(reader, sides, (known) => progress.update(Math.min(known, versions), missing));
    progress.start('replicated', versions, 'versions');
    const observation = await awaitAgreement(
      () => observe(signal),
      { quietFor: QUIET_FOR, now: () => performance.now(), sleep: (ms) => sleep(ms, undefined, { signal }) },
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
    return {
      objects: plan.keys,
      extra: plan.extra,
      versions: versionsOf(observation),
      deleteMarkers: [...observation.source.values()].flat().filter((entry) => entry.deleteMarker).length,
      bytes: written.reduce((sum, { size }) => sum + size, 0),
      seconds,
      mismatches: [...compareUpload(written, observation.source), ...observation.mismatches, ...contents],
      lag: measureLag(observation.pairs),
    };
  } finally {
    progress.stop();
    reader.close();
  }
}
