import * as z from 'zod/mini';
import { callApi } from '../cloud/api-call.ts';
import { causeEntry, type Explanation } from '../../errors/index.ts';
import { DeployError } from '../error.ts';
import { bucketOf, count, duration, parse, quoted, type ApiDeps } from './ask.ts';
import { readLimit } from './limit.ts';

const item = z.object({
  key: z.string(),
  destination: z.string(),
  state: z.string(),
  cause: z.string(),
  attempts: z.number(),
  ageMs: z.number(),
  nextTry: z.optional(z.string()),
});
const failures = z.object({
  items: z.array(z.looseObject(item.shape)),
  unreadable: z.number(),
  marker: z.optional(z.string()),
  measuredAt: z.string(),
});
const reattempted = z.object({
  started: z.number(),
  requested: z.number(),
  outOfScope: z.array(z.string()),
  notFound: z.array(z.string()),
  marker: z.optional(z.string()),
});

/** Most keys in one call of the API. */
const KEYS_PER_CALL = 1000;

export interface FailuresOptions {
  readonly bucket: string | undefined;
  /** Text of the command line: FAILED or PENDING. */
  readonly state: string | undefined;
  /** Text of the command line: a number. */
  readonly limit: string | undefined;
  readonly json: boolean;
}

/** Prints waiting and failed work, page by page, and the meaning of each cause once. Throws `DeployError`. */
export async function showFailures(deps: ApiDeps, options: FailuresOptions): Promise<void> {
  const bucket = bucketOf(deps.settings, options.bucket);
  const limit = readLimit(options.limit);
  const state = readState(options.state);
  const items: z.infer<typeof failures>['items'] = [];
  let page: z.infer<typeof failures> | undefined;
  do {
    const parameters = { state, marker: page?.marker };
    const call = { method: 'GET', bucket, subresource: 'replicationFailures', parameters } as const;
    page = parse(failures, await callApi(deps.keys, deps.address, call));
    items.push(...page.items);
  } while (page.marker !== undefined && items.length < limit);
  const { unreadable, measuredAt } = page;
  const truncated = page.marker !== undefined || items.length > limit;
  const shown = items.slice(0, limit);
  if (options.json) {
    const causes = Object.fromEntries(causesOf(shown));
    return deps.print(JSON.stringify({ bucket, items: shown, causes, truncated, unreadable, measuredAt }));
  }
  for (const one of shown) deps.print(formatItem(one));
  for (const [cause, { means, todo }] of causesOf(shown)) deps.print(`${cause}: ${means}. ${todo}`);
  if (items.length === 0) deps.print(`${bucket} has no waiting and no failed work.`);
  if (truncated) deps.print(`There are more than these ${count(shown.length)}: show more with --limit.`);
  if (unreadable > 0) {
    deps.print(
      `${count(unreadable)} objects of pending work in the state bucket cannot be read: no run works on them. The log of schedule names them.`,
    );
  }
}

function formatItem({ state, key, destination, cause, attempts, ageMs, nextTry }: z.infer<typeof item>): string {
  // A key may hold line breaks and control characters.
  const parts = [
    `${state} ${quoted(key)} → ${destination}: ${cause}`,
    `${count(attempts)} ${attempts === 1 ? 'attempt' : 'attempts'}`,
    `${duration(ageMs)} old`,
    ...(nextTry === undefined ? [] : [`next try ${nextTry}`]),
  ];
  return parts.join(', ');
}

/** The codes among the causes that COS gave, not this service. */
const OF_COS: Explanation = {
  means: 'COS answered the last try with this error code',
  todo: 'Run "npx serverless replication preflight": it tries the destination. If it passes, wait: the service tries again.',
};

const causesOf = (items: readonly { readonly cause: string }[]): ReadonlyMap<string, Explanation> =>
  new Map(
    items.map(({ cause }) => {
      const { means, todo } = causeEntry(cause) ?? OF_COS;
      return [cause, { means, todo }];
    }),
  );

function readState(text: string | undefined): string | undefined {
  const state = text?.toUpperCase();
  if (state === undefined || state === 'FAILED' || state === 'PENDING') return state;
  throw new DeployError(`--state is FAILED or PENDING, not "${text}".`, 'BAD_STATE');
}

export interface ReattemptOptions {
  readonly bucket: string | undefined;
  /** The keys to look at; empty: all waiting work. */
  readonly keys: readonly string[];
  readonly json: boolean;
}

/** Makes waiting work due now. Throws `DeployError`, including when none of the named keys could be looked at. */
export async function reattemptWork(deps: ApiDeps, options: ReattemptOptions): Promise<void> {
  const bucket = bucketOf(deps.settings, options.bucket);
  const { keys } = options;
  const bodies = keys.length === 0 ? [{}] : chunks(keys).map((some) => ({ keys: some }));
  const sum = { started: 0, requested: 0, outOfScope: [] as string[], notFound: [] as string[] };
  for (const body of bodies) {
    let marker: string | undefined;
    do {
      const call = {
        method: 'POST',
        bucket,
        subresource: 'replicationReattempt',
        parameters: { marker },
        body,
      } as const;
      const answer = parse(reattempted, await callApi(deps.keys, deps.address, call));
      sum.started += answer.started;
      sum.requested += answer.requested;
      sum.outOfScope.push(...answer.outOfScope);
      sum.notFound.push(...answer.notFound);
      ({ marker } = answer);
    } while (marker !== undefined);
  }
  if (options.json) deps.print(JSON.stringify({ bucket, ...sum }));
  else {
    deps.print(
      `${bucket}: ${count(sum.started)} keys that waited are tried now, ${count(sum.requested)} others looked at`,
    );
    for (const key of sum.notFound) deps.print(`${quoted(key)}: the source has no version of it`);
    for (const key of sum.outOfScope) deps.print(`${quoted(key)}: no enabled rule covers it`);
  }
  if (keys.length > 0 && sum.started + sum.requested === 0) {
    throw new DeployError('Nothing was started: check the keys, their case and the prefixes of the rules.', 'NO_WORK');
  }
}

function chunks(keys: readonly string[]): string[][] {
  const found: string[][] = [];
  for (let i = 0; i < keys.length; i += KEYS_PER_CALL) found.push(keys.slice(i, i + KEYS_PER_CALL));
  return found;
}
