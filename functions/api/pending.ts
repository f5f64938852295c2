import { formatPlace, samePlace } from '../../shared/cos/index.ts';
import { candidatesFor } from '../../shared/rules/index.ts';
import type { HttpResponse } from '../../shared/scf/index.ts';
import {
  digestOfTarget,
  hasFailed,
  isPendingMarker,
  isStarted,
  listPending,
  reattempt,
  requestedTask,
  Tasks,
} from '../../shared/tasks/index.ts';
import type { StateDeps, Target } from '../../shared/tasks/index.ts';
import { parameter, uniqueText } from './call.ts';
import type { CallOptions, VerifiedCall } from './call.ts';
import { refuse } from './errors.ts';
import { jsonResponse, readJson, timeText } from './json.ts';
import { reattemptRequest } from './schemas.ts';
import type { Failures, Reattempted } from './schemas.ts';
import { triesOf } from './status.ts';

/** Items of one page, and state objects that are looked at for it: a deployment's sources share their pending work. */
const PAGE = 100;
const EXAMINED = 1000;
/** Pieces of work that one call starts, and names that it looks through. */
const STARTS = 1000;
const NAMES = 5000;
/** Keys worked on at once. */
const LANES = 50;
/** Looks that the keys of one call may come to, with all their destinations. */
const MOST_TARGETS = 5000;

/** GET with `replicationFailures`: a page of what waits or failed, with cause, age and next try. */
export async function getFailures(call: VerifiedCall, options: CallOptions): Promise<HttpResponse> {
  const { source } = call;
  const now = options.now();
  const page = await listPending(options, {
    accepts: (task) => samePlace(task.source, source),
    marker: readMarker(call),
    limit: PAGE,
    examined: EXAMINED,
  });
  return jsonResponse(200, {
    bucket: source.bucket,
    items: page.items.map(({ task, due }) => ({
      key: task.key,
      destination: formatPlace(task.destination),
      state: hasFailed(task) ? 'FAILED' : 'PENDING',
      versionIds: [...task.hints],
      cause: task.cause,
      attempts: triesOf(task),
      ageMs: Math.max(0, now - task.first),
      ...(due === undefined ? {} : { nextTry: timeText(due) }),
    })),
    unreadable: page.unreadable,
    ...markerField(page.marker),
    measuredAt: timeText(now),
  } satisfies Failures);
}

/** POST with `replicationReattempt`: makes waiting work due, all of it or that of the keys named in the body. */
export async function postReattempt(call: VerifiedCall, options: CallOptions): Promise<HttpResponse> {
  const { source } = call;
  const { keys } = readJson(call.request, reattemptRequest);
  const deps: StateDeps = { ...options, unique: () => uniqueText(options) };
  const limits = { limit: STARTS, examined: NAMES };
  if (keys === undefined) {
    const { started, marker } = await reattempt(deps, {
      source,
      targets: undefined,
      marker: readMarker(call),
      ...limits,
    });
    return accepted({ bucket: source.bucket, started, requested: 0, outOfScope: [], ...markerField(marker) });
  }
  const { targets, outOfScope } = await targetsOf(new Set(keys), call, options);
  // What lies behind more names than are looked through is not found; those keys get a look of their own below.
  const moved = await reattempt(deps, { source, targets, marker: undefined, ...limits });
  const rest = targets.filter((target) => !moved.digests.has(digestOfTarget(target, options.hash)));
  const requested = await requestLooks(deps, rest);
  return accepted({ bucket: source.bucket, started: moved.started, requested, outOfScope });
}

const accepted = (answer: Reattempted): HttpResponse => jsonResponse(202, answer);

async function targetsOf(keys: ReadonlySet<string>, { source }: VerifiedCall, { rules }: CallOptions) {
  const ruleSet = await rules.getFresh(source);
  const targets: Target[] = [];
  const outOfScope: string[] = [];
  for (const key of keys) {
    const candidates = ruleSet === undefined ? [] : candidatesFor(ruleSet, key);
    if (candidates.length === 0) outOfScope.push(key);
    for (const { destination } of candidates) targets.push({ source, destination, key });
  }
  if (targets.length > MOST_TARGETS) {
    throw refuse(400, 'InvalidArgument', `The keys have ${targets.length} destinations in all; name fewer keys.`);
  }
  return { targets, outOfScope };
}

async function requestLooks(deps: StateDeps, targets: readonly Target[]): Promise<number> {
  const tasks = new Tasks(deps);
  let requested = 0;
  for (let i = 0; i < targets.length; i += LANES) {
    const made = await Promise.all(
      targets.slice(i, i + LANES).map(async (target) => {
        // It is due already.
        if (await isStarted(deps, target)) return 0;
        await tasks.submit(requestedTask(target, deps.now()));
        return 1;
      }),
    );
    requested += made.reduce<number>((sum, one) => sum + one, 0);
  }
  return requested;
}

/** Markers are names of state objects; in base64url they look like what they are to others, which is nothing. */
function readMarker(call: VerifiedCall): string | undefined {
  const text = parameter(call, 'marker');
  if (text === undefined) return undefined;
  const marker = Buffer.from(text, 'base64url').toString('utf8');
  if (!isPendingMarker(marker) || marker.length > 500) {
    throw refuse(400, 'InvalidArgument', 'The marker is not one that this service gave.');
  }
  return marker;
}

function markerField(marker: string | undefined): { marker?: string } {
  return marker === undefined ? {} : { marker: Buffer.from(marker).toString('base64url') };
}
