import { callApi, type ApiCall } from '../cloud/api-call.ts';
import { bar, Drawing, type Canvas } from './drawing.ts';
import { named, scans, status, type Scan } from './answers.ts';
import { bucketOf, count, parse, without, type ApiDeps } from './ask.ts';
import { lookPatiently } from './patience.ts';
import { formatScanOnly, formatStatus } from './status-text.ts';

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
  /** Undefined when the output cannot be redrawn. */
  readonly canvas?: Canvas | undefined;
}

/** ms between two checks while waiting for scans. */
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
 * Shows the progress of scans until all have ended, or cannot go on because they are paused: a bar for each on a
 * terminal, otherwise a line for each that has advanced. With `--json` only the last answer.
 */
async function follow(deps: ActionDeps, options: ActionOptions, look: () => Promise<unknown>): Promise<void> {
  const { canvas } = deps;
  const drawing = canvas === undefined || options.json ? undefined : new Drawing(canvas);
  const told = new Set<string>();
  for (;;) {
    await deps.sleep(LOOK_MS);
    const answer = await lookPatiently(look, deps.sleep);
    const read = parse(scans, answer).scans.filter(
      ({ destination }) => options.destination === undefined || destination === options.destination,
    );
    const isOver = read.every((one) => one.pausedSince !== undefined || (one.state === 'ended' && !isEarlier(one)));
    if (isOver) drawing?.clear();
    else drawing?.draw(read.flatMap((one) => [`${barOf(one)} ${one.destination}`, `  ${stateOf(one)}`]));
    if (!options.json && (drawing === undefined || isOver)) {
      for (const line of read.map(formatFollowed)) {
        // The ETA changes with each check, which is no news by itself.
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

/** Whether the reported scan is an earlier one than the requested one. */
const isEarlier = ({ state, requested }: Scan): boolean => state === 'ended' && requested !== undefined;

const formatFollowed = (one: Scan): string => `${one.destination}: ${stateOf(one)}`;

function stateOf(one: Scan): string {
  const hasBegun = !isEarlier(one) && one.state !== 'none';
  const scan = hasBegun ? formatScanOnly(one) : 'the scan has not begun yet';
  if (one.pausedSince !== undefined) return `${scan}; its scans are paused: go on with "serverless replication resume"`;
  if (!hasBegun) return `${scan}: it begins within a minute`;
  return one.requested !== undefined ? `${scan}; the requested scan begins after this one` : scan;
}

const barOf = (one: Scan): string => (isEarlier(one) ? bar(0, null) : bar(one.entries.done, one.entries.total));

/** Prints a line whenever a state or a backlog has changed, and the whole status once every destination is complete. */
async function untilComplete(
  deps: ActionDeps,
  options: ActionOptions,
  look: () => Promise<unknown>,
  bucket: string,
): Promise<void> {
  let before = '';
  for (;;) {
    const answer = await lookPatiently(look, deps.sleep);
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
