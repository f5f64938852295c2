import { count, duration, money, parse, quoted, size } from './ask.ts';
import { status, type Bounds, type DestinationStatus, type Percentiles, type Scan, type Side } from './answers.ts';

/** The whole answer of `replicationStatus` as readable lines. Throws `DeployError` when it has another form. */
export function formatStatus(bucket: string, answer: unknown): string {
  const { destinations } = parse(status, answer);
  if (destinations.length === 0) return `${bucket} has no replication rules.`;
  return destinations.map((one) => formatDestination(bucket, one)).join('\n');
}

function formatDestination(bucket: string, one: DestinationStatus): string {
  const { backlog, lagMs, live, canary, completeUpTo, reasons } = one;
  const lines = [
    `${bucket} → ${one.destination}: ${one.state}${one.cause === undefined ? '' : ` (${one.cause})`}`,
    ...(one.preconditions?.broken ?? []).map(
      ({ what, cause, means, todo }) => `  broken          ${what}: ${means} (${cause}). ${todo}`,
    ),
    `  complete up to  ${completeUpTo ?? `unknown (${reasons.completeUpTo ?? 'not measured'})`}`,
    `  waiting         ${backlog.atLeast ? 'at least ' : ''}${count(backlog.keys)} keys, ${count(backlog.failed)} failed${backlog.oldestAgeMs === null ? '' : `, oldest ${duration(backlog.oldestAgeMs)}`}`,
    `  lag             ${formatLag(lagMs)}`,
    ...(live == null
      ? []
      : [
          `  last hour       at least ${count(live.copied.versions)} versions copied (${size(live.copied.bytes)}), ${count(live.failedTries)} tries failed, lag ${formatLag(live.lagMs)}`,
        ]),
    ...(canary == null
      ? []
      : [
          `  canary          ${[
            canary.lagMs === null ? 'none has arrived yet' : `lag ${duration(canary.lagMs)}`,
            ...(canary.waitingSince === null ? [] : [`one is awaited since ${canary.waitingSince}`]),
            ...(canary.lost === 0 ? [] : [`${count(canary.lost)} lost`]),
          ].join(', ')}`,
        ]),
    `  scan            ${formatScan(one.scan)}`,
    ...(['source', 'destination'] as const).flatMap((name) =>
      one.sides == null ? [] : formatSide(name, one.sides[name], reasons[`${name}Lifecycle`]),
    ),
  ];
  if (one.leftAlone != null && one.leftAlone.versions > 0) {
    const { versions, bytes, keys } = one.leftAlone;
    lines.push(
      `  left alone      ${count(versions)} versions (${size(bytes)}) at the destination that the rules did not bring, ${count(keys)} keys of them only there`,
    );
  }
  for (const { id, enabled, versions, cost } of one.rules) {
    if (versions === null) lines.push(`  rule ${id}: ${enabled ? 'not scanned yet' : 'disabled'}`);
    else {
      const { replicated, pending, failed, skipped, expired } = versions;
      lines.push(
        `  rule ${id}: ${count(replicated.versions)} versions replicated (${size(replicated.bytes)}), ${count(pending.versions)} pending, ${count(failed.versions)} failed, ${count(skipped.versions)} skipped, ${count(expired.versions)} expired${enabled ? '' : ', disabled'}`,
      );
    }
    if (cost != null) {
      const { soFar, thisMonth, since } = cost;
      lines.push(
        `    cost so far ${money(soFar)}, this month ${money(thisMonth)} (estimated at list prices, counted since ${since})`,
      );
    }
  }
  if (one.measuredAt !== null) lines.push(`  measured at     ${one.measuredAt}`);
  return lines.join('\n');
}

function formatSide(
  name: 'source' | 'destination',
  { current, older, deleteMarkers, lifecycle }: Side,
  unknown: string | undefined,
): string[] {
  const amounts = [
    `${count(current.versions)} current versions (${size(current.bytes)})`,
    `${count(older.versions)} older (${size(older.bytes)})`,
    `${count(deleteMarkers)} delete markers`,
  ];
  const found =
    lifecycle == null
      ? undefined
      : [...boundedBy('current', lifecycle.current), ...boundedBy('older', lifecycle.older)];
  const more = lifecycle == null || lifecycle.more === 0 ? [] : [`and ${count(lifecycle.more)} more rules`];
  return [
    `  ${name.padEnd(14)}  ${amounts.join(', ')}`,
    `    ${found === undefined ? `lifecycle unknown (${unknown ?? 'not-checked'})` : [...found, ...more].join('; ')}`,
  ];
}

/** The lifecycle rules that remove versions of an age, or a line that says that none does. */
function boundedBy(age: 'current' | 'older', rules: Bounds): string[] {
  if (rules.length === 0) return [`no lifecycle rule removes ${age} versions`];
  return rules.map(({ rule, prefix, narrowed, days, date }) => {
    const keys = `${prefix === '' ? '' : ` below ${prefix}`}${narrowed ? ' (some of them)' : ''}`;
    const when = days === undefined ? `from ${date ?? 'a date'} on` : `after ${count(days)} days`;
    return `lifecycle rule ${rule} removes ${age} versions${keys} ${when}`;
  });
}

const formatLag = (lag: Percentiles | null): string =>
  lag === null ? 'unknown' : `p50 ${duration(lag.p50)}, p99 ${duration(lag.p99)}, max ${duration(lag.max)}`;

const FINISHING = 'finishing: changed keys are looked at again when listings show the changes';

/** One scan as a readable line, with its destination. */
const formatScan = (one: Scan): string => `${one.destination}: ${formatScanOnly(one)}`;

/** The same without the destination. */
export function formatScanOnly(one: Scan): string {
  const { entries, did } = one;
  if (one.state === 'none') return 'no scan has begun yet';
  const isWalked = one.state === 'running' && entries.total !== null && entries.done === entries.total;
  const share =
    entries.total === null || entries.total === 0 ? '' : ` ${Math.floor((100 * entries.done) / entries.total)}%`;
  const parts = [
    `${one.kind ?? 'scan'}${one.prefix ? ` below ${quoted(one.prefix)}` : ''} ${one.state}${share}`,
    `${count(entries.done)}${entries.total === null ? '' : ` of ${count(entries.total)}`} versions`,
    ...(one.entriesPerSecond === null || isWalked ? [] : [`${count(Math.round(one.entriesPerSecond))}/s`]),
    ...(one.etaSeconds === null ? [] : [`ETA ${duration(one.etaSeconds * 1000)}`]),
    // A scan that has written waits for minutes at 100 %, which would look stuck.
    ...(isWalked ? [did.copied + did.removed === 0 ? 'finishing' : FINISHING] : []),
    `${count(did.copied)} copied, ${count(did.removed)} removed, ${count(did.deferred)} left to tasks`,
    ...(did.propertiesChanged ? [`tags or ACLs of ${count(did.propertiesChanged)} changed`] : []),
  ];
  return one.cause === undefined ? parts.join(', ') : `${parts.join(', ')} (${one.cause})`;
}
