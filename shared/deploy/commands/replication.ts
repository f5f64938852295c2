import * as z from 'zod/mini';
import { callApi, type ApiCall } from '../cloud/api-call.ts';
import { bar, Drawing, type Canvas } from './drawing.ts';
import { bucketOf, count, duration, money, parse, size, without, type ApiDeps } from './ask.ts';

/*
 * The fields of the API's answers that the commands read; `--json` prints the rest as well. An answer of a newer API may
 * hold more, so nothing here is strict.
 */
const amount = z.object({ versions: z.number(), bytes: z.number() });
const progress = z.object({ total: z.nullable(z.number()), done: z.number() });
const scan = z.object({
  destination: z.string(),
  state: z.string(),
  kind: z.optional(z.string()),
  prefix: z.optional(z.string()),
  cause: z.optional(z.string()),
  requested: z.optional(z.unknown()),
  pausedSince: z.optional(z.string()),
  entries: progress,
  entriesPerSecond: z.nullable(z.number()),
  etaSeconds: z.nullable(z.number()),
  did: z.object({
    copied: z.number(),
    removed: z.number(),
    deferred: z.number(),
    propertiesChanged: z.optional(z.number()),
  }),
});
const spent = z.object({ versions: z.number(), currency: z.string(), total: z.number() });
const percentiles = z.object({ p50: z.number(), p99: z.number(), max: z.number() });
const scans = z.object({ scans: z.array(scan) });
const bounds = z.array(
  z.object({
    rule: z.string(),
    prefix: z.string(),
    narrowed: z.boolean(),
    days: z.optional(z.number()),
    date: z.optional(z.string()),
  }),
);
const side = z.object({
  current: amount,
  older: amount,
  deleteMarkers: z.number(),
  lifecycle: z.optional(z.nullable(z.object({ current: bounds, older: bounds, more: z.number() }))),
});
const status = z.object({
  destinations: z.array(
    z.object({
      destination: z.string(),
      state: z.string(),
      cause: z.optional(z.string()),
      rules: z.array(
        z.object({
          id: z.string(),
          enabled: z.boolean(),
          cost: z.optional(z.nullable(z.object({ since: z.string(), soFar: spent, thisMonth: spent }))),
          versions: z.nullable(
            z.object({ replicated: amount, pending: amount, failed: amount, skipped: amount, expired: amount }),
          ),
        }),
      ),
      preconditions: z.optional(
        z.object({
          broken: z.array(z.object({ what: z.string(), cause: z.string(), means: z.string(), todo: z.string() })),
        }),
      ),
      backlog: z.object({
        keys: z.number(),
        failed: z.number(),
        atLeast: z.boolean(),
        oldestAgeMs: z.nullable(z.number()),
      }),
      lagMs: z.nullable(percentiles),
      live: z.optional(
        z.nullable(
          z.object({ copied: amount, failedTries: z.number(), lagMs: z.nullable(percentiles), measuredAt: z.string() }),
        ),
      ),
      canary: z.optional(
        z.nullable(z.object({ lagMs: z.nullable(z.number()), waitingSince: z.nullable(z.string()), lost: z.number() })),
      ),
      completeUpTo: z.nullable(z.string()),
      reasons: z.object({
        completeUpTo: z.optional(z.string()),
        sourceLifecycle: z.optional(z.string()),
        destinationLifecycle: z.optional(z.string()),
      }),
      leftAlone: z.optional(z.nullable(z.object({ versions: z.number(), bytes: z.number(), keys: z.number() }))),
      sides: z.optional(z.nullable(z.object({ source: side, destination: side }))),
      scan,
      measuredAt: z.nullable(z.string()),
    }),
  ),
});
const named = z.object({ destinations: z.array(z.object({ destination: z.string(), paused: z.boolean() })) });

export type Action = 'status' | 'scan' | 'pause' | 'resume';

export interface ActionOptions {
  readonly bucket: string | undefined;
  readonly destination: string | undefined;
  readonly prefix: string | undefined;
  readonly rule: string | undefined;
  /** Compare tags and ACLs as well. */
  readonly properties?: boolean;
  readonly json: boolean;
  /** Wait until the scans have ended, or the status is complete. */
  readonly wait: boolean;
}

export interface ActionDeps extends ApiDeps {
  readonly sleep: (ms: number) => Promise<void>;
  /** Undefined where nothing can be drawn. */
  readonly canvas?: Canvas | undefined;
}

/** ms between two looks at scans that somebody waits for. */
const LOOK_MS = 5_000;

/** Runs one of the commands. Throws `DeployError`. */
export async function replicationAction(action: Action, deps: ActionDeps, options: ActionOptions): Promise<void> {
  const bucket = bucketOf(deps.settings, options.bucket);
  const ask = (method: ApiCall['method'], subresource: string, body?: object): Promise<unknown> =>
    callApi(deps.keys, deps.address, { method, bucket, subresource, ...(body === undefined ? {} : { body }) });
  const { destination, prefix, rule } = options;
  switch (action) {
    case 'status':
      if (options.wait) return untilComplete(deps, options, () => ask('GET', 'replicationStatus'), bucket);
      return show(deps, options, await ask('GET', 'replicationStatus'), (answer) => formatStatus(bucket, answer));
    case 'scan': {
      const kind = options.properties === true ? 'properties' : undefined;
      const answer = await ask('POST', 'replicationScan', without({ destination, prefix, kind }));
      if (!options.wait || !options.json) show(deps, options, answer, formatRequested);
      if (options.wait) await follow(deps, options, () => ask('GET', 'replicationScans'));
      return;
    }
    case 'pause':
    case 'resume': {
      const subresource = action === 'pause' ? 'replicationPause' : 'replicationResume';
      return show(deps, options, await ask('POST', subresource, without({ destination, rule })), formatPaused);
    }
  }
}

function show(
  { print }: ActionDeps,
  { json }: Pick<ActionOptions, 'json'>,
  answer: unknown,
  format: (answer: unknown) => string,
): void {
  print(json ? JSON.stringify(answer) : format(answer));
}

/**
 * Shows how far the scans are until all have ended, or can go no further because they are paused: a bar for each on a terminal,
 * else a line for each that has gone on. With `--json` the last answer alone.
 */
async function follow(deps: ActionDeps, options: ActionOptions, look: () => Promise<unknown>): Promise<void> {
  const { canvas } = deps;
  const drawing = canvas === undefined || options.json ? undefined : new Drawing(canvas);
  const told = new Set<string>();
  for (;;) {
    await deps.sleep(LOOK_MS);
    const answer = await look();
    const read = parse(scans, answer).scans.filter(
      ({ destination }) => options.destination === undefined || destination === options.destination,
    );
    const isOver = read.every((one) => one.pausedSince !== undefined || (one.state === 'ended' && !isEarlier(one)));
    if (isOver) drawing?.clear();
    else drawing?.draw(read.map((one) => `${barOf(one)} ${formatFollowed(one)}`));
    if (!options.json && (drawing === undefined || isOver)) {
      for (const line of read.map(formatFollowed)) {
        // The time that is left is another one at each look, and says nothing new by itself.
        const step = line.replace(/, ETA [^,]*/, '');
        if (!told.has(step)) deps.print(line);
        told.add(step);
      }
    }
    if (!isOver) continue;
    if (options.json) deps.print(JSON.stringify(answer));
    return;
  }
}

/** Whether the scan that is told of is the one before that which was asked for. */
const isEarlier = ({ state, requested }: z.infer<typeof scan>): boolean => state === 'ended' && requested !== undefined;

function formatFollowed(one: z.infer<typeof scan>): string {
  if (one.pausedSince !== undefined)
    return `${formatScan(one)}; its scans are paused: go on with "serverless replication resume"`;
  return isEarlier(one) ? `${one.destination}: the scan has not begun yet` : formatScan(one);
}

const barOf = (one: z.infer<typeof scan>): string =>
  isEarlier(one) ? bar(0, null) : bar(one.entries.done, one.entries.total);

/** Prints a line whenever a state or a backlog has changed, and the whole status once every destination is complete. */
async function untilComplete(
  deps: ActionDeps,
  options: ActionOptions,
  look: () => Promise<unknown>,
  bucket: string,
): Promise<void> {
  let before = '';
  for (;;) {
    const answer = await look();
    const { destinations } = parse(status, answer);
    if (destinations.every(({ state }) => state === 'complete' || state === 'disabled')) {
      return show(deps, options, answer, (whole) => formatStatus(bucket, whole));
    }
    const line = destinations
      .map(
        (one) =>
          `${one.destination}: ${one.state}${one.cause === undefined ? '' : ` (${one.cause})`}, ${count(one.backlog.keys)} keys wait`,
      )
      .join('\n');
    if (line !== before && !options.json) deps.print(line);
    before = line;
    await deps.sleep(LOOK_MS);
  }
}

function formatStatus(bucket: string, answer: unknown): string {
  const { destinations } = parse(status, answer);
  if (destinations.length === 0) return `${bucket} has no replication rules.`;
  return destinations.map((one) => formatDestination(bucket, one)).join('\n');
}

function formatDestination(bucket: string, one: z.infer<typeof status>['destinations'][number]): string {
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
  { current, older, deleteMarkers, lifecycle }: z.infer<typeof side>,
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

/** The lifecycle rules that end the versions of an age, or that none does. */
function boundedBy(age: 'current' | 'older', rules: z.infer<typeof bounds>): string[] {
  if (rules.length === 0) return [`no lifecycle rule removes ${age} versions`];
  return rules.map(({ rule, prefix, narrowed, days, date }) => {
    const keys = `${prefix === '' ? '' : ` below ${prefix}`}${narrowed ? ' (some of them)' : ''}`;
    const when = days === undefined ? `from ${date ?? 'a date'} on` : `after ${count(days)} days`;
    return `lifecycle rule ${rule} removes ${age} versions${keys} ${when}`;
  });
}

const formatLag = (lag: z.infer<typeof percentiles> | null): string =>
  lag === null ? 'unknown' : `p50 ${duration(lag.p50)}, p99 ${duration(lag.p99)}, max ${duration(lag.max)}`;

function formatScan(one: z.infer<typeof scan>): string {
  const { entries, did } = one;
  if (one.state === 'none') return `${one.destination}: no scan has begun yet`;
  const share =
    entries.total === null || entries.total === 0 ? '' : ` ${Math.floor((100 * entries.done) / entries.total)}%`;
  const parts = [
    `${one.destination}: ${one.kind ?? 'scan'}${one.prefix ? ` below ${one.prefix}` : ''} ${one.state}${share}`,
    `${count(entries.done)}${entries.total === null ? '' : ` of ${count(entries.total)}`} versions`,
    ...(one.entriesPerSecond === null ? [] : [`${count(Math.round(one.entriesPerSecond))}/s`]),
    ...(one.etaSeconds === null ? [] : [`ETA ${duration(one.etaSeconds * 1000)}`]),
    `${count(did.copied)} copied, ${count(did.removed)} removed, ${count(did.deferred)} left to tasks`,
    ...(did.propertiesChanged ? [`tags or ACLs of ${count(did.propertiesChanged)} changed`] : []),
  ];
  return one.cause === undefined ? parts.join(', ') : `${parts.join(', ')} (${one.cause})`;
}

const formatRequested = (answer: unknown): string =>
  parse(named, answer)
    .destinations.map(
      ({ destination, paused }) =>
        `${destination}: ${paused ? 'the scan begins when its scans are resumed' : 'the scan begins within a minute, or after the running one'}`,
    )
    .join('\n');

const formatPaused = (answer: unknown): string =>
  parse(named, answer)
    .destinations.map(({ destination, paused }) => `${destination}: scans ${paused ? 'paused' : 'resumed'}`)
    .join('\n');
