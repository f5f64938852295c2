import { timeOfVersionId } from '../identity/index.ts';
import type { Work } from '../replication/index.ts';
import type { Rule } from '../rules/index.ts';
import type { ObjectEvent } from '../scf/index.ts';
import type { Target } from '../tasks/index.ts';
import { EVENT_SLACK_MS } from '../durations/index.ts';

/**
 * The work that an event asks for at one destination. The event is a hint: it says where to look, never what is true.
 */
export function workOfEvent(event: ObjectEvent, target: Target, rules: readonly Rule[]): Work {
  const { source, destination, key } = target;
  const { versionId, etag, size, time } = event;
  // A delete marker has no bytes, and the version that it hides is not the event's subject.
  const says = event.type === 'marker' ? {} : { etag, size };
  return {
    source,
    destination,
    key,
    rules,
    hints: versionId === undefined ? [] : [versionId],
    // A restored version is rarely the current one, and can be of any age.
    clue:
      versionId === undefined
        ? { etag: says.etag, size: says.size, time: event.type === 'restored' ? undefined : time }
        : undefined,
    full: event.type !== 'created',
    thorough: false,
    floor: floorOf(event),
    since: Number.POSITIVE_INFINITY,
    // A restored version may have been skipped before.
    compare: false,
    fresh: event.type === 'restored' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY,
    uploads: [],
  };
}

/**
 * Microseconds since 1970 of the version that an event names, or else the earliest time at which it can have been made.
 */
function floorOf({ type, versionId, time }: ObjectEvent): number {
  if (versionId !== undefined) return timeOfVersionId(versionId) ?? 0;
  return time === undefined || type === 'restored' ? 0 : Math.max(0, time - EVENT_SLACK_MS) * 1000;
}
