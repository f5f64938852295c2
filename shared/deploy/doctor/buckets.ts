import { formatPlace } from '../../cos/index.ts';
import { hasMarkerKey } from '../../identity/index.ts';
import { checkStateBucket, examineBucket } from '../cloud/state-bucket.ts';
import { checkDropped, readProgress } from '../commands/stops.ts';
import { broken, DEPLOY, warning, type Check, type Finding } from './types.ts';
import { CALLER_SIGNATURE_LIFE_MS, TOLERATED_SKEW_MS } from '../../durations/index.ts';

/** Checks that the state bucket exists, is private, and never had versioning. */
export const checkState: Check = async ({ settings: { state }, cos, sdk }) => {
  if ((await cos.headBucket(state)) === 'missing') {
    return [broken(`state bucket ${formatPlace(state)}`, 'does not exist', DEPLOY)];
  }
  await checkStateBucket(sdk, state);
  return [];
};

/** Checks the marker key. Without it no function can sign the marker of a replica, so none writes one. */
export const checkMarkerKey: Check = async ({ settings: { state }, cos }) =>
  (await hasMarkerKey({ cos, state }))
    ? []
    : [
        broken(
          `state bucket ${formatPlace(state)}`,
          'holds no marker key, so nothing is replicated',
          'Put back secrets/marker-key/ from a backup if you have one: without the old key no replica counts as ours any more. Otherwise deploy again, which makes a new key.',
        ),
      ];

/** Checks that an API key exists, and that every key gives access to something. */
export const checkKeys: Check = async ({ settings: { sources }, keys }) => {
  const found = await keys.list();
  if (found.length === 0) {
    return [
      warning(
        'API keys',
        'there are none, so only the deploying user can manage rules',
        'Make one with "npx serverless replication key add".',
      ),
    ];
  }
  const known = new Set(sources.map(({ bucket }) => bucket));
  return found
    .filter(({ buckets }) => buckets.length > 0 && !buckets.some((bucket) => known.has(bucket)))
    .map(({ secretId, buckets }) =>
      warning(
        `API key ${secretId}`,
        `is for ${buckets.join(', ')}, which sources does not list`,
        `Remove it with "npx serverless replication key remove --id ${secretId}", or add the bucket to sources.`,
      ),
    );
};

/** Checks that sources and destinations exist and keep versions. */
export const checkBuckets: Check = async ({ settings, sdk }) => {
  const findings: Finding[] = [];
  for (const [word, places] of [
    ['source', settings.sources],
    ['destination', settings.destinations],
  ] as const) {
    for (const place of places) {
      const subject = `${word} ${formatPlace(place)}`;
      const state = await examineBucket(sdk, place);
      if (state === 'missing') {
        findings.push(
          broken(subject, 'does not exist', `Create it with versioning, or correct ${word}s in serverless.yml.`),
        );
      } else if (state === 'unversioned') {
        findings.push(broken(subject, 'has no versioning', 'Enable versioning (COS console, the bucket, Versioning).'));
      } else if (state === 'forbidden') {
        findings.push(
          warning(
            subject,
            'cannot be read with these credentials',
            'Try it with "npx serverless replication preflight": the functions may reach buckets that the deploying user may not.',
          ),
        );
      }
    }
  }
  return findings;
};

/** Checks that the lists name every bucket with enabled rules. */
export const checkRules: Check = async ({ settings, cos }) => {
  checkDropped(await readProgress(cos, settings.state), settings);
  return [];
};

/** Checks the clock of this computer, because signatures carry its time. */
export const checkClock: Check = async ({ settings: { state }, cosTime, now }) => {
  const before = now();
  const theirs = await cosTime(state);
  const after = now();
  // `Date` has whole seconds, and COS wrote it at some time between the two.
  const skew = Math.max(0, theirs - after, before - (theirs + 1000));
  if (skew <= TOLERATED_SKEW_MS) return [];
  const seconds = Math.round(skew / 1000);
  const problem = `differs by ${seconds} s from that of COS`;
  const advice = 'Set the clock, for example with NTP: requests signed by a wrong clock are refused.';
  const make = skew > CALLER_SIGNATURE_LIFE_MS ? broken : warning;
  return [make('clock of this computer', problem, advice)];
};
