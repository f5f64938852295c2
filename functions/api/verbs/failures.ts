import { formatPlace, samePlace } from '../../../shared/cos/index.ts';
import type { HttpResponse } from '../../../shared/scf/index.ts';
import { digestOfTarget, hasFailed, isRecheck, listPending } from '../../../shared/tasks/index.ts';
import type { Pending } from '../../../shared/tasks/index.ts';
import { markerField, readMarker } from '../request/marker.ts';
import { jsonResponse, timeText } from '../request/json.ts';
import { refuse } from '../response/errors.ts';
import type { Failures } from '../schemas.ts';
import { standingOf } from './standing.ts';
import { parameter, reaches } from './verb.ts';
import type { CallOptions, VerifiedCall } from './verb.ts';

/**
 * Most items of one page, and most state objects that are read for it: the sources of a deployment share their pending
 * work.
 */
const PAGE = 100;
const EXAMINED = 1000;

/** GET with `replicationFailures`: a page of waiting and failed work, with cause, age and next try. */
export async function getFailures(call: VerifiedCall, options: CallOptions): Promise<HttpResponse> {
  const { source } = call;
  const state = readState(call);
  const now = options.now();
  const page = await listPending(options, {
    // Rechecks are for keys that are done. A key with one failed piece of work has failed, whatever else waits for it.
    accepts: (task) =>
      samePlace(task.source, source) &&
      reaches(call, task.destination) &&
      !isRecheck(task) &&
      (state !== 'FAILED' || hasFailed(task)),
    marker: readMarker(parameter(call, 'marker')),
    limit: PAGE,
    examined: EXAMINED,
  });
  return jsonResponse(200, {
    bucket: source.bucket,
    items: merged(page.items, options, now).filter((item) => state === undefined || item.state === state),
    unreadable: page.unreadable,
    ...markerField(page.marker),
    measuredAt: timeText(now),
  } satisfies Failures);
}

function readState(call: VerifiedCall): 'FAILED' | 'PENDING' | undefined {
  const state = parameter(call, 'state');
  if (state === undefined || state === 'FAILED' || state === 'PENDING') return state;
  throw refuse(400, 'InvalidArgument', 'The parameter state is FAILED or PENDING.');
}

/** One item per key and destination, in the order of the page. */
function merged(items: readonly Pending[], { hash }: CallOptions, now: number): Failures['items'] {
  const groups = new Map<string, Pending[]>();
  for (const item of items) {
    const name = digestOfTarget(item.task, hash);
    groups.set(name, [...(groups.get(name) ?? []), item]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const standing = standingOf(group);
    if (first === undefined || standing === undefined) return [];
    return {
      key: first.task.key,
      destination: formatPlace(first.task.destination),
      ...standing,
      versionIds: [...new Set(group.flatMap(({ task }) => task.hints))],
      ageMs: Math.max(0, now - Math.min(...group.map(({ task }) => task.first))),
    };
  });
}
