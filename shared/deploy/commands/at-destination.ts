import { beaconKey, LARGEST, readBeacon, type Beacon } from '../../beacon/index.ts';
import { formatPlace, type Cos, type Place } from '../../cos/index.ts';
import { ServiceError } from '../../errors/index.ts';
import { DeployError, explain } from '../error.ts';
import type { Settings } from '../types.ts';
import { count, duration, quoted } from './ask.ts';

export interface AtDestinationOptions {
  /** Texts of the command line: a source bucket, and a destination `bucket-appid@region`. */
  readonly bucket: string | undefined;
  readonly destination: string | undefined;
  /** The accepted status keys, comma-separated; undefined when none was given. */
  readonly statusKey?: string | undefined;
  readonly json: boolean;
}

export interface AtDestinationDeps {
  readonly settings: Pick<Settings, 'sources' | 'destinations'>;
  /** The client with the caller's own credentials. */
  readonly cos: Pick<Cos, 'getObject'>;
  /** ms since 1970. */
  readonly now: () => number;
  readonly print: (text: string) => void;
}

interface Found {
  readonly source: Place;
  readonly destination: Place;
  readonly beacon: Beacon | undefined;
  /** Error code with which the destination could not be read. */
  readonly cause?: string;
}

/** Failures of a region that does not answer, beside those that say themselves that they may pass. */
const NO_ANSWER = /^(NetworkError|ConnectionFailed|InternalError|HTTP5)/;

/** The same error; of a region that may be down, with the way to the status that needs no answer of it. */
export function adviseDestination(error: unknown): unknown {
  if (!(error instanceof ServiceError) || !(error.retryable || NO_ANSWER.test(error.code))) return error;
  return new DeployError(
    `${explain(error).replace(/\.?$/, '.')} If the region of the source is down, "npx serverless replication status --at-destination" reads what its destinations hold.`,
    'NO_STATUS',
    error,
    error.retryable,
  );
}

/**
 * Prints the status that the destinations hold of their sources. It sends no request to the API or the source's region.
 * Throws `DeployError` when no status is found.
 */
export async function showAtDestination(deps: AtDestinationDeps, options: AtDestinationOptions): Promise<void> {
  const { settings, print, now } = deps;
  const sources = settings.sources.filter(({ bucket }) => options.bucket === undefined || bucket === options.bucket);
  const destinations = settings.destinations.filter(
    (place) => options.destination === undefined || formatPlace(place) === options.destination,
  );
  if (sources.length === 0 || destinations.length === 0)
    throw new DeployError('serverless.yml lists no such source or destination.', 'NOT_LISTED');
  const keys = options.statusKey?.split(',').map((key) => key.trim());
  if (keys?.some((key) => !/^[\w-]{43}$/.test(key)))
    throw new DeployError(
      '--status-key takes the 43 characters that deploying printed as "status key".',
      'NO_STATUS_KEY',
    );
  const pairs = destinations.flatMap((destination) => sources.map((source) => ({ source, destination })));
  const found = await Promise.all(pairs.map((pair) => read(deps.cos, pair)));
  const told = found.filter(({ beacon, cause }) => beacon !== undefined || cause !== undefined);
  if (options.json)
    print(
      JSON.stringify({
        destinations: told.map(({ source, destination, beacon, cause }) => ({
          source: formatPlace(source),
          destination: formatPlace(destination),
          ...(cause === undefined ? {} : { cause }),
          ...(beacon === undefined ? {} : publicOf(beacon)),
          ...(beacon === undefined ? {} : { signature: signatureOf(beacon, keys) }),
        })),
        readAt: new Date(now()).toISOString(),
      }),
    );
  else for (const one of told) print(format(one, now(), keys));
  const forged = told.find(({ beacon }) => beacon !== undefined && signatureOf(beacon, keys) === 'wrong');
  if (forged !== undefined)
    throw new DeployError(
      `${formatPlace(forged.destination)} holds a status that none of these status keys has signed: do not rely on it.`,
      'STATUS_NOT_SIGNED',
    );
  if (told.some(({ beacon }) => beacon !== undefined)) return;
  throw new DeployError(
    'No destination holds a status: a deployment writes it each minute once rules are stored.',
    'NO_STATUS',
  );
}

async function read(
  cos: AtDestinationDeps['cos'],
  { source, destination }: Pick<Found, 'source' | 'destination'>,
): Promise<Found> {
  try {
    const object = await cos.getObject(destination, beaconKey(source), { limit: LARGEST });
    return { source, destination, beacon: object && readBeacon(object.body, source, destination) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { source, destination, beacon: undefined, cause: error.code };
  }
}

/** `unchecked`: signed by a key that may be anybody's, because no status key was given. */
function signatureOf(
  { signedBy }: Beacon,
  keys: readonly string[] | undefined,
): 'right' | 'unchecked' | 'wrong' | 'none' {
  if (keys === undefined) return signedBy === undefined ? 'none' : 'unchecked';
  return signedBy !== undefined && keys.includes(signedBy) ? 'right' : 'wrong';
}

/** ms by which a reader's clock may be behind that of the function that wrote the status. */
const FUTURE_MS = 5 * 60_000;

const publicOf = ({ replaces: _replaces, ...beacon }: Beacon): Omit<Beacon, 'replaces'> => beacon;

const SIGNATURES = {
  right: 'by the status key that you gave',
  unchecked: 'not checked: name the status key that deploying printed with --status-key',
  wrong: 'WRONG: none of the status keys that you gave has signed it, so anybody may have written it',
  none: 'none: anybody who may write to the destination may have written it',
} as const;

function format(
  { source, destination, beacon, cause }: Found,
  now: number,
  believed: readonly string[] | undefined,
): string {
  const pair = `${formatPlace(source)} → ${formatPlace(destination)}`;
  if (beacon === undefined) return `${pair}: cannot be read (${cause ?? 'unknown'})`;
  const { measuredAt, completeUpTo, scannedAt, pending, rules, ruleCount } = beacon;
  const { keys, failed, atLeast, oldest, list } = pending;
  return [
    `${pair}: as the destination holds it, ${duration(Math.max(0, now - Date.parse(measuredAt)))} old`,
    `  measured at     ${measuredAt}${Date.parse(measuredAt) > now + FUTURE_MS ? ' (WRONG: this is in the future)' : ''}`,
    `  signed          ${SIGNATURES[signatureOf(beacon, believed)]}`,
    ...(beacon.signedBy === undefined ? [] : [`  status key      ${beacon.signedBy}`]),
    `  complete up to  ${completeUpTo ?? 'unknown (not scanned since the rules were stored)'}${scannedAt === null ? '' : `, by the scan that ended at ${scannedAt}`}`,
    `  waiting         ${atLeast ? 'at least ' : ''}${count(keys)} keys, ${count(failed)} failed${oldest === null ? '' : `, oldest since ${oldest}`}`,
    // Anybody who may write to the destination may have written any of these texts.
    ...list.map(({ key, since, cause: why }) => `    ${quoted(key)} since ${since}: ${codeOr(why)}`),
    ...rules.map(
      ({ id, enabled, prefix }) => `  rule ${quoted(id)}: prefix ${quoted(prefix)}${enabled ? '' : ', disabled'}`,
    ),
    ...(ruleCount > rules.length ? [`  and ${count(ruleCount - rules.length)} rules more`] : []),
  ].join('\n');
}

/** Causes are error codes and need no quotes. */
const codeOr = (text: string): string => (/^[\w.-]{1,100}$/.test(text) ? text : quoted(text));
