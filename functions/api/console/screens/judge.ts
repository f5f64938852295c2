import type { BucketStatus } from '../../scan-schemas.ts';
import type { Deployment } from '../../schemas.ts';
import type { Telling } from '../parts/context.ts';
import type { IconName, Tone } from '../parts/signs.ts';
import { moment } from '../parts/time.ts';
import type { RuleFields } from '../rules/fields.ts';

/** Rules and buckets, which change seldom. */
export interface Setup {
  readonly rules: readonly RuleFields[];
  readonly deployment: Deployment;
}

/** The answers that the overview is made from. */
export interface Seen extends Setup {
  readonly status: BucketStatus;
  readonly counts: Counts;
}

interface Counts {
  readonly failed: number;
  readonly pending: number;
  /** There is more than was counted. */
  readonly least: boolean;
  /** ms; null when nothing waits. */
  readonly oldest: number | null;
  readonly enabled: number;
}

export function seenFrom(setup: Setup, status: BucketStatus): Seen {
  const backlogs = status.destinations.map(({ backlog }) => backlog);
  const failed = backlogs.reduce((sum, backlog) => sum + backlog.failed, 0);
  const ages = backlogs.flatMap(({ oldestAgeMs }) => (oldestAgeMs === null ? [] : [oldestAgeMs]));
  const counts = {
    failed,
    pending: backlogs.reduce((sum, { keys }) => sum + keys, 0) - failed,
    least: backlogs.some(({ atLeast }) => atLeast),
    oldest: ages.length === 0 ? null : Math.max(...ages),
    enabled: setup.rules.filter((rule) => rule.enabled).length,
  };
  return { ...setup, status, counts };
}

interface Judged {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  /** The screen of failures says more. */
  readonly failures?: true;
}

/** The most important fact now, in words. `source`: the chosen bucket. */
export function judge(telling: Telling, seen: Seen, source: string): Judged {
  const { t } = telling;
  const { counts, deployment, rules, status } = seen;
  const more = counts.least;
  const used = new Set([source, ...rules.filter((rule) => rule.enabled).map((rule) => rule.bucket)]);
  const unversioned = [...deployment.sources, ...deployment.destinations].find(
    ({ bucket, versioning }) => used.has(bucket) && (versioning === 'Suspended' || versioning === 'Disabled'),
  );
  if (unversioned !== undefined) {
    const text = t('overview.versioning.off.text', { bucket: unversioned.bucket });
    return { tone: 'bad', icon: 'cross', title: t('overview.versioning.off'), text };
  }
  const scans = judgeScans(telling, status);
  // Versions that are left to a scan are not counted, so the counts alone would say that all is well.
  if (status.destinations.some(({ behind, state }) => behind !== null || state === 'broken')) return scans;
  if (counts.failed > 0) {
    const title = t(more ? 'overview.failed.least' : 'overview.failed', { n: counts.failed });
    return { tone: 'bad', icon: 'cross', title, text: t('overview.failed.text'), failures: true };
  }
  if (counts.enabled === 0) {
    return { tone: 'quiet', icon: 'pause', title: t('overview.disabled'), text: t('overview.disabled.text') };
  }
  if (scans.tone === 'bad') return scans;
  if (counts.pending > 0 || more) {
    const title = t(more ? 'overview.pending.least' : 'overview.pending', { n: counts.pending });
    return { tone: 'busy', icon: 'clock', title, text: t('overview.pending.text'), failures: true };
  }
  return scans;
}

/** The verdict of the scans, which know whether anything is missing. */
function judgeScans(telling: Telling, { destinations }: BucketStatus): Judged {
  const { t } = telling;
  const states = new Set(destinations.map(({ state }) => state));
  const about = (name: 'behind' | 'blocked' | 'paused' | 'ok' | 'complete', time = '') => ({
    title: t(`overview.${name}`),
    text: t(`overview.${name}.text`, { time }),
  });
  const broken = destinations.flatMap(({ state, preconditions }) => (state === 'broken' ? preconditions.broken : []));
  const [first] = broken;
  if (first !== undefined) {
    const text = `${first.what}: ${first.means}. ${first.todo}`;
    return { tone: 'bad', icon: 'cross', title: t('status.state.broken'), text };
  }
  if (destinations.some(({ behind }) => behind !== null)) return { tone: 'bad', icon: 'cross', ...about('behind') };
  if (states.has('blocked')) return { tone: 'bad', icon: 'cross', ...about('blocked') };
  if (states.has('paused')) return { tone: 'quiet', icon: 'pause', ...about('paused') };
  const times = destinations.flatMap(({ state, completeUpTo }) => (state === 'complete' && completeUpTo) || []);
  const counted = destinations.filter(({ state }) => state !== 'disabled').length;
  if (counted === 0 || times.length < counted) return { tone: 'busy', icon: 'clock', ...about('ok') };
  const earliest = times.reduce((a, b) => (a < b ? a : b));
  return { tone: 'good', icon: 'check', ...about('complete', moment(telling, earliest)) };
}
