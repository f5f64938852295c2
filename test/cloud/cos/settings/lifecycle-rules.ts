import { checkClass } from '../classes.ts';
import { acceptTagSet } from '../limits.ts';
import { invalidArgument, malformedXml } from '../refusals.ts';
import type { LifecycleRule, LifecycleTime } from './types.ts';

const RULES = 1000;
const ID_LENGTH = 255;
const LONGEST_DAYS = 3650;
const DAY = 86_400_000;
/** Dates of rules are midnights, of Beijing or of Greenwich. */
const ZONES = [0, 8 * 3_600_000];

/** Throws MalformedXML for a document without the form of a lifecycle, InvalidArgument for a value out of range. */
export function acceptLifecycle(rules: readonly LifecycleRule[], multiAz: boolean): void {
  if (rules.length === 0 || rules.length > RULES) throw malformedXml();
  if (new Set(rules.map(({ id }) => id)).size < rules.length) throw invalidArgument('Two rules have the same ID.');
  for (const rule of rules) acceptRule(rule, multiAz);
}

function acceptRule(rule: LifecycleRule, multiAz: boolean): void {
  const { expiration, transitions, noncurrentExpiration, noncurrentTransitions, abortUploads } = rule;
  if (rule.id === '' || Array.from(rule.id).length > ID_LENGTH) {
    throw invalidArgument(`The ID of a rule has 1 to ${ID_LENGTH} characters.`);
  }
  acceptTagSet(rule.tags, 10, 'A rule');
  const times = [expiration, ...transitions].filter((time) => time !== undefined);
  const actions = [...times, noncurrentExpiration, ...noncurrentTransitions, abortUploads];
  if (!rule.expiredMarkers && actions.every((action) => action === undefined)) throw malformedXml();
  if (times.some((time) => 'date' in time) && times.some((time) => 'days' in time)) {
    throw invalidArgument('A rule cannot have both Days and Date.');
  }
  if (rule.tags.length > 0 && (rule.expiredMarkers || abortUploads !== undefined)) {
    throw invalidArgument('Delete markers and uploads have no tags, so a rule with tags cannot be about them.');
  }
  checkTime(expiration, 1);
  checkDays(noncurrentExpiration, 1);
  checkDays(abortUploads, 1);
  for (const transition of transitions) checkTime(transition, 0);
  for (const { days } of noncurrentTransitions) checkDays(days, 0);
  // STANDARD is taken too, and moves nothing: no class is warmer.
  for (const { storageClass } of [...transitions, ...noncurrentTransitions]) checkClass(storageClass, multiAz);
}

function checkTime(time: LifecycleTime | undefined, least: number): void {
  if (time === undefined) return;
  if ('days' in time) checkDays(time.days, least);
  else if (!ZONES.some((zone) => (time.date + zone) % DAY === 0)) {
    throw invalidArgument('A Date is a midnight.');
  }
}

function checkDays(days: number | undefined, least: number): void {
  if (days === undefined) return;
  if (!Number.isInteger(days) || days < least || days > LONGEST_DAYS) {
    throw invalidArgument(`Days are a whole number from ${least} to ${LONGEST_DAYS}.`);
  }
}
