import { CloudFailure } from './failure.ts';
import type { CosTriggerFilter } from './types.ts';

const EVENTS = new Set([
  ...['*', 'Put', 'Post', 'Copy', 'CompleteMultipartUpload', 'Origin', 'Replication'].map(
    (name) => `ObjectCreated:${name}`,
  ),
  ...['*', 'Delete', 'DeleteMarkerCreated'].map((name) => `ObjectRemove:${name}`),
  ...['*', 'Post', 'Completed'].map((name) => `ObjectRestore:${name}`),
]);

/**
 * Reads the TriggerDesc of a COS trigger: `{"event":"cos:ObjectCreated:*","filter":{"Prefix":"a/","Suffix":".jpg"}}`.
 *
 * Throws `CloudFailure`; the platform accepts no white space in it, and a suffix must begin with a dot.
 */
export function readCosTrigger(description: string): CosTriggerFilter {
  if (/\s/.test(description)) throw malformed('white space is not allowed in it');
  let parsed: unknown;
  try {
    parsed = JSON.parse(description);
  } catch {
    throw malformed('it is not JSON');
  }
  const { event, filter = {} } = (parsed ?? {}) as { event?: unknown; filter?: unknown };
  if (typeof event !== 'string' || !EVENTS.has(event.replace(/^cos:/, ''))) throw malformed('unknown event');
  if (typeof filter !== 'object' || filter === null) throw malformed('the filter is not an object');
  const { Prefix: prefix = '', Suffix: suffix = '' } = filter as Record<string, unknown>;
  if (typeof prefix !== 'string' || typeof suffix !== 'string') throw malformed('prefix and suffix are texts');
  if (suffix !== '' && !suffix.startsWith('.')) throw malformed('the suffix must begin with a dot');
  return { event: event.startsWith('cos:') ? event : `cos:${event}`, prefix, suffix };
}

/** As `ListTriggers` returns it. */
export function describeCosTrigger({ event, prefix, suffix }: CosTriggerFilter): string {
  return JSON.stringify({ event, filter: { Prefix: prefix, Suffix: suffix } });
}

export function matchesCosTrigger(filter: CosTriggerFilter, eventName: string, key: string): boolean {
  return coversEvent(filter.event, eventName) && key.startsWith(filter.prefix) && key.endsWith(filter.suffix);
}

/** Whether one write could fire both; then the second of the two is refused. */
export function overlaps(a: CosTriggerFilter, b: CosTriggerFilter): boolean {
  return (
    (coversEvent(a.event, b.event) || coversEvent(b.event, a.event)) &&
    (a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix)) &&
    (a.suffix.endsWith(b.suffix) || b.suffix.endsWith(a.suffix))
  );
}

/** `cos:ObjectCreated:*` covers every `cos:ObjectCreated:…`. */
function coversEvent(pattern: string, name: string): boolean {
  return pattern === name || (pattern.endsWith(':*') && name.startsWith(pattern.slice(0, -1)));
}

function malformed(why: string): CloudFailure {
  return new CloudFailure('InvalidParameterValue.TriggerDesc', `TriggerDesc of the COS trigger: ${why}`);
}
