import type { CoreEvent } from '../cos/index.ts';
import type { Faults, RequestFault, RequestInfo } from '../types.ts';
import { seededRandom } from './random.ts';
import type { EventFault, FaultMatch, FaultRule } from './rules.ts';

export interface FaultControl extends Faults {
  /** Replaces all rules. */
  set(rules: readonly FaultRule[]): void;
  add(...rules: readonly FaultRule[]): void;
  clear(): void;
  /** Each rule with its matches and strikes so far. */
  status(): readonly { readonly rule: FaultRule; readonly matched: number; readonly struck: number }[];
}

interface Armed {
  readonly rule: FaultRule;
  matched: number;
  struck: number;
}

const NONE: readonly RequestFault[] = [];
const EVENT_KINDS: ReadonlySet<string> = new Set<EventFault['kind']>(['lose', 'double', 'delay', 'reorder']);

/** No faults until rules are set. The same seed and the same calls give the same faults. */
export function createFaults(options: { readonly seed?: number } = {}): FaultControl {
  const random = seededRandom(options.seed ?? 1);
  let armed: Armed[] = [];

  const strikes = (entry: Armed): boolean => {
    const { skip = 0, times = Infinity, probability = 1 } = entry.rule;
    entry.matched += 1;
    if (entry.matched <= skip || entry.struck >= times) return false;
    if (probability < 1 && random() >= probability) return false;
    entry.struck += 1;
    return true;
  };
  const arm = (rule: FaultRule): Armed => ({ rule, matched: 0, struck: 0 });

  return {
    set: (rules) => {
      armed = rules.map(arm);
    },
    add: (...rules) => {
      armed.push(...rules.map(arm));
    },
    clear: () => {
      armed = [];
    },
    status: () => armed.map((entry) => ({ ...entry })),
    onRequest: (info) => {
      if (armed.length === 0) return NONE;
      return armed
        .filter(({ rule }) => !isEventFault(rule.effect) && matchesRequest(rule.match ?? {}, info))
        .filter(strikes)
        .map(({ rule }) => rule.effect)
        .filter((effect) => !isEventFault(effect));
    },
    onEvent: (event) =>
      armed
        .filter(({ rule }) => isEventFault(rule.effect) && matchesEvent(rule.match ?? {}, event))
        .filter(strikes)
        .reduce<readonly number[]>((deliveries, { rule }) => deliver(deliveries, rule.effect, random), [0]),
  };
}

function isEventFault(effect: RequestFault | EventFault): effect is EventFault {
  return EVENT_KINDS.has(effect.kind);
}

function deliver(
  deliveries: readonly number[],
  effect: RequestFault | EventFault,
  random: () => number,
): readonly number[] {
  switch (effect.kind) {
    case 'lose':
      return [];
    case 'double':
      return deliveries.flatMap((at) => [at, at + effect.afterMs]);
    case 'delay':
      return deliveries.map((at) => at + effect.ms);
    case 'reorder':
      return deliveries.map((at) => at + Math.floor(random() * effect.withinMs));
    default:
      return deliveries;
  }
}

function matchesRequest(match: FaultMatch, info: RequestInfo): boolean {
  return (
    match.event === undefined &&
    is(match.service, info.service) &&
    is(match.action, info.action) &&
    is(match.method, info.method) &&
    is(match.sourceRegion, info.sourceRegion) &&
    matchesPlace(match, info)
  );
}

function matchesEvent(match: FaultMatch, event: CoreEvent): boolean {
  const named = match.event?.endsWith('*')
    ? event.name.startsWith(match.event.slice(0, -1))
    : is(match.event, event.name);
  return named && matchesPlace(match, event);
}

function matchesPlace(match: FaultMatch, at: { bucket: string; region: string; key: string }): boolean {
  return is(match.bucket, at.bucket) && is(match.region, at.region) && at.key.startsWith(match.prefix ?? '');
}

function is(wanted: string | undefined, actual: string | undefined): boolean {
  return wanted === undefined || wanted === actual;
}
