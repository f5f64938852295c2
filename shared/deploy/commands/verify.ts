import * as z from 'zod/mini';
import { callApi, type ApiCall } from '../cloud/api-call.ts';
import { DeployError } from '../error.ts';
import { bucketOf, count, parse, quoted, size, without, type ApiDeps } from './ask.ts';
import { bar, Drawing, type Canvas } from './drawing.ts';
import { readLimit } from './limit.ts';
import { lookPatiently } from './patience.ts';

const amount = { count: z.number(), bytes: z.number() };
const side = z.object({ versions: z.number(), bytes: z.number(), deleteMarkers: z.number() });
const destination = z.object({
  destination: z.string(),
  equal: z.nullable(z.boolean()),
  progress: z.object({ ranges: z.object({ total: z.number(), done: z.number() }), keys: z.number() }),
  digests: z.nullable(z.object({ source: z.string(), destination: z.string() })),
  source: side,
  replicas: side,
  differences: z.array(z.object({ kind: z.string(), ...amount })),
  skipped: z.array(z.object({ reason: z.string(), ...amount })),
  unread: z.optional(z.object(amount)),
  cause: z.optional(z.string()),
});
const item = z.looseObject({
  destination: z.string(),
  key: z.string(),
  kind: z.string(),
  versionId: z.optional(z.string()),
  reason: z.optional(z.string()),
  cause: z.optional(z.string()),
  by: z.optional(z.string()),
});
const verified = z.looseObject({
  id: z.string(),
  upTo: z.string(),
  certainUpTo: z.nullable(z.string()),
  state: z.string(),
  cause: z.optional(z.string()),
  equal: z.nullable(z.boolean()),
  safe: z.nullable(z.boolean()),
  destinations: z.array(destination),
  listed: z.number(),
  list: z.array(item),
  marker: z.optional(z.string()),
});

type Verified = z.infer<typeof verified>;

/** ms between two checks of a running verification. */
const LOOK_MS = 2_000;

export interface VerifyOptions {
  readonly bucket: string | undefined;
  readonly prefix: string | undefined;
  readonly destination: string | undefined;
  /** Text of the command line: a time. */
  readonly upTo: string | undefined;
  readonly deep: boolean;
  /** Text of the command line: a number. */
  readonly limit: string | undefined;
  readonly json: boolean;
}

export interface VerifyCommandDeps extends ApiDeps {
  readonly sleep: (ms: number) => Promise<void>;
  /** Undefined when the output cannot be redrawn. */
  readonly canvas?: Canvas | undefined;
}

/**
 * Compares both sides and prints each difference by key. Throws `DeployError`, after the findings, if it is not safe to
 * switch to the destination.
 */
export async function showVerify(deps: VerifyCommandDeps, options: VerifyOptions): Promise<void> {
  const bucket = bucketOf(deps.settings, options.bucket);
  const limit = readLimit(options.limit);
  const ask = async (call: Pick<ApiCall, 'method' | 'parameters' | 'body'>): Promise<Verified> =>
    parse(verified, await callApi(deps.keys, deps.address, { ...call, bucket, subresource: 'replicationVerify' }));
  const look = (parameters: NonNullable<ApiCall['parameters']>): Promise<Verified> =>
    lookPatiently(() => ask({ method: 'GET', parameters }), deps.sleep);
  const { prefix, destination: place, upTo, deep, json } = options;
  const moment = upTo === undefined ? undefined : timeOf(upTo);
  const body = { ...without({ prefix, destination: place, upTo: moment }), ...(deep ? { deep } : {}) };
  let answer = await ask({ method: 'POST', body });
  const drawing = deps.canvas === undefined || json ? undefined : new Drawing(deps.canvas);
  for (let told = ''; answer.state === 'running';) {
    const line = answer.destinations.map((one) => `${one.destination}: ${progressOf(one)}`).join('; ');
    if (drawing !== undefined)
      drawing.draw(answer.destinations.flatMap((one) => [`${barOf(one)} ${one.destination}`, `  ${progressOf(one)}`]));
    else if (!json && line !== told) deps.print(line);
    told = line;
    await deps.sleep(LOOK_MS);
    answer = await look({ id: answer.id });
  }
  drawing?.clear();
  const items = [...answer.list];
  for (let { marker } = answer; marker !== undefined && items.length < limit;) {
    const page = await look({ id: answer.id, marker });
    items.push(...page.list);
    ({ marker } = page);
  }
  const list = items.slice(0, limit);
  const { marker: _more, ...whole } = answer;
  if (json) deps.print(JSON.stringify({ ...whole, list, truncated: list.length < answer.listed }));
  else for (const line of format(answer, list)) deps.print(line);
  if (answer.safe !== true) throw notSafe(answer, items);
}

/** `items`: the listed differences that were read. */
function notSafe({ state, cause, destinations }: Verified, items: Verified['list']): DeployError {
  if (state === 'stopped')
    return new DeployError(`The verification was stopped (${cause ?? 'unknown'}): run it again.`, 'VERIFY_STOPPED');
  const kinds = new Set(destinations.flatMap(({ differences }) => differences.map(({ kind }) => kind)));
  const isHidden = items.some(({ kind, by }) => kind === 'not-shown' && by === 'other');
  const isBehind = items.some(({ kind, by }) => kind === 'not-shown' && by !== 'other');
  const steps = [
    ...(kinds.has('missing') || kinds.has('delete-marker') || isBehind
      ? ['"replication scan" copies what is missing.']
      : []),
    ...(isHidden
      ? ['A scan leaves versions of others alone: delete those that hide a replica by their ID at the destination.']
      : []),
    ...(kinds.has('bytes')
      ? [
          'Of replicas with other bytes, delete each by its ID (--json has it as "replicaVersionId"): a scan then copies the newest of a key again.',
        ]
      : []),
    ...(kinds.has('unverified') ? ['Verify again what could not be compared.'] : []),
  ];
  return new DeployError(
    ['It is not safe to switch: versions are missing, damaged, hidden or unverified.', ...steps].join(' '),
    'NOT_SAFE',
  );
}

/** Without a share until the ranges are known, and while there is one alone: of its keys no total is known. */
function barOf({ progress: { ranges } }: Verified['destinations'][number]): string {
  return bar(ranges.done, ranges.total > 1 ? ranges.total : null);
}

function progressOf({ progress, cause }: Verified['destinations'][number]): string {
  const { ranges, keys } = progress;
  const why = cause === undefined ? '' : ` (${cause})`;
  return `${count(keys)} keys compared, ${count(ranges.done)} of ${count(ranges.total)} ranges${why}`;
}

function format(answer: Verified, list: Verified['list']): string[] {
  const { certainUpTo, upTo, safe, equal, listed } = answer;
  // A key may hold line breaks and control characters.
  const items = list.map((one) => {
    const why = [one.reason, one.cause, one.by && `shows ${one.by}`].filter((text) => text !== undefined).join(', ');
    const version = one.versionId === undefined ? '' : ` ${one.versionId}`;
    return `  ${one.kind} ${quoted(one.key)}${version} → ${one.destination}${why === '' ? '' : `: ${why}`}`;
  });
  const certain = certainUpTo ?? upTo;
  const verdicts = [
    ...(equal === true ? [`Both sides are equal up to ${certain}.`] : []),
    ...(safe === true ? [`It is safe to switch: no version that was written up to ${certain} is missing.`] : []),
    ...(safe === true && certainUpTo !== null && certainUpTo !== upTo
      ? [
          `For younger versions this is not certain, because listings may lack them: run it again in two minutes with --up-to ${upTo}`,
        ]
      : []),
  ];
  return [
    ...answer.destinations.flatMap(formatDestination),
    ...items,
    ...(list.length < listed ? [`There are ${count(listed - list.length)} more: show more with --limit.`] : []),
    ...verdicts,
  ];
}

function formatDestination(one: Verified['destinations'][number]): string[] {
  const { source, replicas, differences, skipped, digests, unread } = one;
  return [
    `${one.destination}: ${count(replicas.versions)} of ${count(source.versions)} versions (${size(source.bytes)}), ${count(replicas.deleteMarkers)} of ${count(source.deleteMarkers)} deletions`,
    ...(digests === null ? [] : [`  digest of the source       ${digests.source}`]),
    ...(digests === null ? [] : [`  digest of the destination  ${digests.destination}`]),
    ...differences.map(({ kind, count: number }) => `  ${kind}: ${count(number)}`),
    ...skipped.map(({ reason, count: number }) => `  skipped (${reason}): ${count(number)}`),
    ...(unread === undefined || unread.count === 0 ? [] : [`  archived, so not read again: ${count(unread.count)}`]),
  ];
}

/** Throws `DeployError`. */
function timeOf(text: string): string {
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(time)) return new Date(time).toISOString();
  throw new DeployError(`--up-to is a time such as 2026-01-31T12:00:00Z, not "${text}".`, 'BAD_TIME');
}
