import { readSubject } from '../../../shared/status/index.ts';
import { candidatesFor, governingRule } from '../../../shared/rules/index.ts';
import type { Candidates } from '../../../shared/rules/index.ts';
import type { HttpResponse } from '../../../shared/scf/index.ts';
import { digestOfTarget, isStarted, reattempt, requestedTask, Tasks } from '../../../shared/tasks/index.ts';
import type { StateDeps, Target } from '../../../shared/tasks/index.ts';
import { parameter, reaches, uniqueText } from './verb.ts';
import type { CallOptions, VerifiedCall } from './verb.ts';
import { refuse } from '../response/errors.ts';
import { markerField, readMarker } from '../request/marker.ts';
import { jsonResponse, readJson } from '../request/json.ts';
import { reattemptRequest } from '../schemas.ts';
import type { Reattempted } from '../schemas.ts';

/** Most pieces of work that one call starts, and most names that it reads. */
const STARTS = 1000;
const NAMES = 5000;
/** Keys processed at once. */
const LANES = 50;
/** Most pieces of work that the keys of one call may need, over all their destinations. */
const MOST_TARGETS = 5000;

/** POST with `replicationReattempt`: makes waiting work due, all of it or that of the keys named in the body. */
export async function postReattempt(call: VerifiedCall, options: CallOptions): Promise<HttpResponse> {
  const { source } = call;
  const { keys } = readJson(call.request, reattemptRequest);
  const deps: StateDeps = { ...options, unique: () => uniqueText(options) };
  const limits = { limit: STARTS, examined: NAMES };
  const accepts = ({ destination }: Target): boolean => reaches(call, destination);
  const marker = readMarker(parameter(call, 'marker'));
  if (keys === undefined) {
    const moved = await reattempt(deps, { source, accepts, targets: undefined, marker, ...limits });
    const counts = { started: moved.keys.size, requested: 0, outOfScope: [], notFound: [] };
    return accepted({ bucket: source.bucket, ...counts, ...markerField(moved.marker) });
  }
  if (marker !== undefined) throw refuse(400, 'InvalidArgument', 'A marker goes with a call that names no keys.');
  const { targets, outOfScope, notFound } = await sortOut(new Set(keys), call, options);
  // Work beyond the names that are read is not found. Those keys get work of their own below.
  const moved = await reattempt(deps, { source, accepts, targets, marker: undefined, ...limits });
  await requestLooks(
    deps,
    targets.filter((target) => !moved.digests.has(digestOfTarget(target, options.hash))),
  );
  const started = moved.keys.size;
  const requested = new Set(targets.map(({ key }) => key)).size - started;
  return accepted({ bucket: source.bucket, started, requested, outOfScope, notFound });
}

const accepted = (answer: Reattempted): HttpResponse => jsonResponse(202, answer);

/**
 * Sorts the named keys by the work that they can get. It asks the source, so that a misspelt key is not answered with
 * 202.
 */
async function sortOut(keys: ReadonlySet<string>, call: VerifiedCall, { cos, hash, rules }: CallOptions) {
  const { source } = call;
  const ruleSet = await rules.getFresh(source);
  const groupsOf = (key: string) =>
    (ruleSet === undefined ? [] : candidatesFor(ruleSet, key)).filter((group) => reaches(call, group.destination));
  const named = [...keys].map((key) => ({ key, groups: groupsOf(key) }));
  const most = named.reduce((sum, { groups }) => sum + groups.length, 0);
  if (most > MOST_TARGETS) {
    throw refuse(400, 'InvalidArgument', `The keys have ${most} destinations in all; name fewer keys.`);
  }
  const newest = await inLanes(named, async ({ key, groups }) =>
    groups.length === 0 ? undefined : readSubject({ cos, hash }, source, key, undefined),
  );
  const targets: Target[] = [];
  const outOfScope: string[] = [];
  const notFound: string[] = [];
  for (const [index, { key, groups }] of named.entries()) {
    const subject = newest[index];
    if (groups.length > 0 && subject === undefined) {
      notFound.push(key);
      continue;
    }
    const covering = groups.filter((group) => subject !== undefined && mayCover(group, subject.ref.time / 1000));
    if (covering.length === 0) outOfScope.push(key);
    for (const { destination } of covering) targets.push({ source, destination, key });
  }
  return { targets, outOfScope, notFound };
}

/**
 * `time` is that of the newest version: if that is too old, all are. An older version may have the tags of the filter.
 */
function mayCover({ rules }: Candidates, time: number): boolean {
  return governingRule(rules, { time, deleteMarker: false, current: true }) !== undefined;
}

async function requestLooks(deps: StateDeps, targets: readonly Target[]): Promise<void> {
  const tasks = new Tasks(deps);
  await inLanes(targets, async (target) => {
    // Otherwise the work is due already.
    if (!(await isStarted(deps, target))) await tasks.submit(requestedTask(target, deps.now()));
  });
}

async function inLanes<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += LANES) {
    results.push(...(await Promise.all(items.slice(i, i + LANES).map(work))));
  }
  return results;
}
