import { formatPlace } from '../../cos/index.ts';
import type { Place } from '../../cos/index.ts';
import { STARTS, writeStarts, type Start } from '../../preconditions/index.ts';
import { DeployError } from '../error.ts';
import { functionName, numbered, roleName } from '../config/names.ts';
import type { CanarySettings, DesiredFunction, EventSettings, FunctionSettings, Settings, Trigger } from '../types.ts';

/** COS triggers that SCF allows on one function. */
const TRIGGERS_PER_FUNCTION = 10;
/** Bytes of names and values that SCF allows in the environment of one function. */
const ENVIRONMENT_LIMIT = 4096;

/**
 * The functions of a deployment. A function with triggers on the source buckets is deployed as often as the trigger
 * limit requires: with three events per bucket, once per three buckets. Buckets are taken in the order of the list, so
 * adding one at its end moves no trigger. Pure; throws `DeployError`.
 */
export function desiredFunctions(settings: Settings): DesiredFunction[] {
  // The larger environment first: its message counts the buckets that fit into both.
  const environments = { watching: environmentOf(settings, startsOf(settings)), plain: environmentOf(settings, {}) };
  return settings.functions.flatMap((declared) =>
    groupsOf(declared, settings.sources).map((sources, index) => {
      const key = numbered(declared.key, index);
      return {
        key,
        bundle: bundleOf(declared),
        name: checkName(functionName(settings, key)),
        handler: 'index.main_handler',
        runtime: settings.runtime,
        timeout: declared.timeout,
        memory: declared.memory,
        role: roleName(settings, declared.role),
        environment: declared.role === 'schedule' ? environments.watching : environments.plain,
        async: settings.async,
        logs: settings.logs,
        reservedMemory: declared.instances === undefined ? undefined : declared.instances * declared.memory,
        triggers: declared.events.flatMap((event) => triggersOf(event, sources, settings.state)),
      };
    }),
  );
}

/** Names of the bundles: the folders under `functions/` that the handlers of serverless.yml name. */
export function bundleOf(declared: Pick<FunctionSettings, 'handler'>): string {
  return declared.handler.split('/')[1] ?? '';
}

/** Keys of functions that may be left over from a longer list of sources: the next number of each split function. */
export function nextNumbers(settings: Settings): { readonly key: string; readonly from: number }[] {
  return settings.functions
    .filter((declared) => eventsPerBucket(declared) > 0)
    .map((declared) => ({ key: declared.key, from: groupsOf(declared, settings.sources).length }));
}

function groupsOf(declared: FunctionSettings, sources: readonly Place[]): Place[][] {
  const perBucket = eventsPerBucket(declared);
  if (perBucket === 0) return [[]];
  const size = bucketsPerFunction(perBucket);
  const groups: Place[][] = [];
  for (let start = 0; start < sources.length; start += size) groups.push(sources.slice(start, start + size));
  return groups;
}

const bucketsPerFunction = (perBucket: number): number => Math.floor(TRIGGERS_PER_FUNCTION / perBucket);

function eventsPerBucket(declared: FunctionSettings): number {
  return declared.events.reduce((sum, event) => sum + ('sources' in event ? event.sources.length : 0), 0);
}

function triggersOf(event: EventSettings, sources: readonly Place[], state: Place): Trigger[] {
  if ('sources' in event) {
    return sources.flatMap((place) => event.sources.map((name) => cosTrigger(place, name, '')));
  }
  if ('state' in event) return [cosTrigger(state, event.state.event, event.state.prefix)];
  if ('timer' in event) return [{ type: 'timer', ...event.timer }];
  return [{ type: 'http', auth: event.http.auth }];
}

function cosTrigger(place: Place, event: string, prefix: string): Trigger {
  return { type: 'cos', bucket: place.bucket, region: place.region, event, prefix, suffix: '' };
}

/**
 * TENCENTCLOUD_* is reserved in functions, so the address of a local cloud has other names. It is set only for a local
 * cloud.
 */
function environmentOf(settings: Settings, more: Record<string, string>): Record<string, string> {
  const { endpoint, peers, signers, scan, canary } = settings;
  const environment = {
    STATE_BUCKET: settings.state.bucket,
    SOURCES: settings.sources.map(formatPlace).join(','),
    DESTINATIONS: settings.destinations.map(formatPlace).join(','),
    ...(peers.length === 0
      ? {}
      : { PEERS: peers.map(({ bucket, state }) => `${formatPlace(bucket)}=${state.bucket}`).join(',') }),
    ...(settings.acl ? {} : { ACL: 'false' }),
    ...(settings.cautious.length === 0 ? {} : { CAUTIOUS: settings.cautious.join(',') }),
    ...(signers.length === 0 ? {} : { SIGNERS: signers.map(formatPlace).join(',') }),
    ...(scan.everyHours === undefined ? {} : { SCAN_EVERY_HOURS: String(scan.everyHours) }),
    ...(canary === undefined ? {} : environmentOfCanary(canary, settings.sources)),
    ...(scan.rangesAtOnce === undefined ? {} : { SCAN_RANGES_AT_ONCE: String(scan.rangesAtOnce) }),
    ...(endpoint === undefined ? {} : { COS_ENDPOINT: endpoint, CLOUD_ENDPOINT: endpoint }),
    ...more,
  };
  const size = Object.entries(environment).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (size > ENVIRONMENT_LIMIT) {
    const lists = environment.SOURCES.length + environment.DESTINATIONS.length;
    const buckets = settings.sources.length + settings.destinations.length;
    const fit = Math.max(0, Math.floor((buckets * (ENVIRONMENT_LIMIT - (size - lists))) / lists));
    throw new DeployError(
      `The ${buckets} sources and destinations take ${size} bytes of a function's environment, which holds ${ENVIRONMENT_LIMIT}, about ${fit} buckets with names as long as these: shorten the lists in serverless.yml or split the buckets over several deployments (stages).`,
      'ENVIRONMENT_TOO_LARGE',
    );
  }
  return environment;
}

/**
 * The starts that `schedule` compares with the triggers of the other functions each hour. Timers and function URLs are
 * not checked.
 */
function startsOf({ functions }: Settings): Record<string, string> {
  const starts = functions.flatMap(({ key, events }): Start[] => {
    const ofSources = events.flatMap((event) => ('sources' in event ? event.sources : []));
    const ofState = events.flatMap((event) => ('state' in event ? [event.state] : []));
    return [
      ...(ofSources.length === 0 ? [] : [{ key, events: ofSources, sources: bucketsPerFunction(ofSources.length) }]),
      ...ofState.map(({ event, prefix }) => ({ key, events: [event], prefix })),
    ];
  });
  return starts.length === 0 ? {} : { [STARTS]: writeStarts(starts) };
}

/** The list is left out when all sources have canaries, because the environment is small. */
function environmentOfCanary({ everyMinutes, sources }: CanarySettings, all: readonly Place[]): Record<string, string> {
  return {
    CANARY_EVERY_MINUTES: String(everyMinutes),
    ...(sources.length === all.length ? {} : { CANARY_SOURCES: sources.map(({ bucket }) => bucket).join(',') }),
  };
}

function checkName(name: string): string {
  if (name.length > 60) {
    throw new DeployError(
      `The function name ${name} is longer than 60 characters: shorten service or stage in serverless.yml.`,
      'FUNCTION_NAME_TOO_LONG',
    );
  }
  return name;
}
