import { distinctPlaces, formatPlace, type Cos, type Place } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';
import { isNull } from '../identity/index.ts';
import { PREFLIGHT_PREFIX, type RuleStore } from '../rules/index.ts';
import {
  CHECK_NOTE,
  MOST_EXPIRIES,
  readFindings,
  storeFindings,
  type Break,
  type Findings,
  type Lifecycle,
} from './document.ts';

export interface BucketCheckDeps {
  readonly cos: Pick<
    Cos,
    'getObject' | 'putObject' | 'deleteObject' | 'headObject' | 'getVersioning' | 'listVersions' | 'getExpiries'
  >;
  readonly state: Place;
  readonly rules: Pick<RuleStore, 'getFresh'>;
  /** ms since 1970. */
  readonly now: () => number;
}

/**
 * Tries the needs of every replica with the role that copies: the source can be listed; the destination keeps versions,
 * accepts a write and lets its version be removed. Only the buckets of enabled rules are tried. Throws when the state
 * bucket fails.
 */
export async function checkBuckets(deps: BucketCheckDeps, sources: readonly Place[]): Promise<Findings> {
  const before = await readFindings(deps, 'buckets');
  const ruleSets = await Promise.all(sources.map((source) => deps.rules.getFresh(source)));
  const enabled = ruleSets.map((set) => (set?.rules ?? []).filter((rule) => rule.enabled));
  const used = sources.filter((_, i) => (enabled[i]?.length ?? 0) > 0);
  const destinations = distinctPlaces(enabled.flat().map(({ destination }) => destination));
  const keeping = new Set(before?.keeping);
  const found = await Promise.all([
    ...used.map((place) => breakOf(deps, 'source', place, () => trySource(deps, place))),
    ...destinations.map((place) => breakOf(deps, 'destination', place, () => tryDestination(deps, place, keeping))),
  ]);
  const places = distinctPlaces([...used, ...destinations]);
  const findings: Findings = {
    measuredAt: deps.now(),
    places: places.map(formatPlace),
    lifecycles: await Promise.all(places.map((place) => lifecycleOf(deps, place))),
    broken: found.flat(),
    ...(keeping.size === 0 ? {} : { keeping: [...keeping] }),
  };
  await storeFindings(deps, 'buckets', findings, before);
  await deps.cos.deleteObject(deps.state, CHECK_NOTE);
  return findings;
}

async function breakOf(
  { now }: BucketCheckDeps,
  check: 'source' | 'destination',
  place: Place,
  work: () => Promise<string | undefined>,
): Promise<Break[]> {
  const cause = await work().catch((error: unknown) => {
    if (error instanceof ServiceError) return error.code;
    throw error;
  });
  if (cause === undefined) return [];
  return [{ check, place: formatPlace(place), what: place.bucket, cause, since: now() }];
}

/** Replication needs no right to read the lifecycle, so a refusal breaks no precondition. */
async function lifecycleOf({ cos }: BucketCheckDeps, place: Place): Promise<Lifecycle> {
  const about = { place: formatPlace(place) };
  try {
    const rules = await cos.getExpiries(place);
    return { ...about, rules: rules.slice(0, MOST_EXPIRIES), total: rules.length };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { ...about, rules: [], total: 0, unknown: error.code };
  }
}

async function trySource({ cos }: BucketCheckDeps, place: Place): Promise<undefined> {
  await cos.listVersions(place, { maxKeys: 1 });
}

async function tryDestination(
  { cos, state }: BucketCheckDeps,
  place: Place,
  keeping: Set<string>,
): Promise<string | undefined> {
  if ((await cos.getVersioning(place)) !== 'Enabled') return 'BucketVersionNotOpen';
  if (keeping.has(formatPlace(place))) return undefined;
  const key = `${PREFLIGHT_PREFIX}hourly/${state.bucket}`;
  const body = new TextEncoder().encode(`COS Replication, hourly check of ${state.bucket}`);
  const left = await cos.headObject(place, key);
  const { versionId, etag } = await cos.putObject(place, key, body, { contentType: 'text/plain' });
  if (isNull(versionId)) return 'BucketVersionNotOpen';
  try {
    await cos.deleteObject(place, key, versionId);
    // A killed check has left its version. Equal bytes under this key are ours.
    if (left.found && !isNull(left.head.versionId) && left.head.etag === etag)
      await cos.deleteObject(place, key, left.head.versionId);
  } catch (error) {
    // An object lock prevents no replica, but the version of each further try would stay for good.
    if (!(error instanceof ServiceError) || error.retryable || error.status !== 403) throw error;
    keeping.add(formatPlace(place));
  }
  return undefined;
}
