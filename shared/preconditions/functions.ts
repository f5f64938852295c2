import { formatPlace, type Place } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';
import type { Break } from './document.ts';
import type { AskPlatform } from './platform.ts';
import type { Start } from './starts.ts';

/** States in which a function accepts calls. While it is updated, the old code answers. */
const TAKES_CALLS: readonly string[] = ['Active', 'Updating', 'Publishing'];

interface Listed {
  readonly Type?: string;
  readonly TriggerName?: string;
  readonly TriggerDesc?: string;
  readonly Enable?: number | string;
}

interface Answered {
  readonly Status?: string;
  readonly MemorySize?: number;
  readonly Triggers?: readonly Listed[] | null;
}

export interface FunctionCheckDeps {
  readonly ask: AskPlatform;
  /** The name of the asking function, which ends in `schedule`. The names of the others begin alike. */
  readonly own: string;
  /** The events that start the functions; undefined when the deployment has not passed them on. */
  readonly starts: readonly Start[] | undefined;
  readonly sources: readonly Place[];
  readonly state: Place;
  /** ms since 1970. */
  readonly now: () => number;
}

/**
 * Whether the functions that replicate exist, may run, and are started by the events in serverless.yml. Throws
 * `ServiceError`.
 */
export async function checkFunctions(deps: FunctionCheckDeps): Promise<Break[]> {
  const { starts } = deps;
  if (starts === undefined) {
    throw new ServiceError('The deployment does not name the events of its functions. Deploy again.', {
      code: 'InvalidConfiguration',
    });
  }
  const needs = new Map<string, Need[]>();
  for (const [key, need] of starts.flatMap((start) => needsOf(start, deps)))
    needs.set(key, [...(needs.get(key) ?? []), need]);
  const broken = await Promise.all([...needs].map(([key, some]) => checkFunction(deps, key, some)));
  return broken.flat();
}

/** The needs of each copy of a function, by its key. */
function needsOf(start: Start, { sources, state }: FunctionCheckDeps): (readonly [key: string, Need])[] {
  const { key, events } = start;
  if ('prefix' in start) return [[key, { place: state, events, prefix: start.prefix, sufferer: '' }]];
  return sources.map((place, i) => {
    const copy = Math.floor(i / start.sources);
    return [
      copy === 0 ? key : `${key}-${copy + 1}`,
      { place, events, prefix: '', sufferer: formatPlace(place) },
    ] as const;
  });
}

interface Need {
  readonly place: Place;
  readonly events: readonly string[];
  readonly prefix: string;
  /** `bucket-appid@region` of the affected bucket; '': all. */
  readonly sufferer: string;
}

async function checkFunction(deps: FunctionCheckDeps, key: string, needs: readonly Need[]): Promise<Break[]> {
  const name = deps.own.replace(/schedule$/, key);
  const since = deps.now();
  const wholly = (cause: string): Break[] =>
    needs.map(({ sufferer }) => ({ check: 'function', place: sufferer, what: name, cause, since }));
  const about = { FunctionName: name, Namespace: 'default' };
  let found: Answered;
  try {
    found = (await deps.ask('GetFunction', { ...about, ShowCode: 'FALSE' })) as Answered;
  } catch (error) {
    if (error instanceof ServiceError && /^ResourceNotFound\.Function(Name)?$/.test(error.code))
      return wholly('function-missing');
    throw error;
  }
  if (!TAKES_CALLS.includes(found.Status ?? '')) return wholly('function-not-active');
  const { ReservedMem } = (await deps.ask('GetReservedConcurrencyConfig', about)) as { ReservedMem?: number | null };
  // The answer is 0 where nothing is reserved.
  if (ReservedMem && ReservedMem < (found.MemorySize ?? 0)) return wholly('function-throttled');
  return needs.flatMap((need) => brokenTriggers(need, found.Triggers ?? [], name, since));
}

function brokenTriggers(need: Need, listed: readonly Listed[], name: string, since: number): Break[] {
  const { place, events, prefix, sufferer } = need;
  const ours = listed.filter(
    ({ Type, TriggerName }) => Type === 'cos' && TriggerName === `${place.bucket}.cos.${place.region}.myqcloud.com`,
  );
  return events.flatMap((event): Break[] => {
    const fitting = ours.filter((one) => covers(one, event, prefix));
    if (fitting.some(({ Enable }) => Enable !== 0 && Enable !== 'CLOSE')) return [];
    const cause = fitting.length > 0 ? 'trigger-off' : 'trigger-missing';
    return [{ check: 'trigger', place: sufferer, what: `${event} of ${place.bucket} at ${name}`, cause, since }];
  });
}

/** A trigger with another prefix or event does not count. */
function covers({ TriggerDesc = '' }: Listed, event: string, prefix: string): boolean {
  try {
    const { event: on, filter } = JSON.parse(TriggerDesc) as {
      event?: string;
      filter?: { Prefix?: string; Suffix?: string };
    };
    return on === event && (filter?.Prefix ?? '') === prefix && (filter?.Suffix ?? '') === '';
  } catch {
    return false;
  }
}
