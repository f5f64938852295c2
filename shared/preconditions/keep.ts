import { JSON_BODY, formatPlace, type Cos, type Place } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';
import type { RuleStore } from '../rules/index.ts';
import { CHECK_AGAIN_MS, CHECK_EVERY_MS } from '../durations/index.ts';
import { CHECK_NOTE, readFindings, storeFindings, type Findings } from './document.ts';
import { checkFunctions, type FunctionCheckDeps } from './functions.ts';

export interface KeepChecksDeps extends FunctionCheckDeps {
  readonly cos: Pick<Cos, 'getObject' | 'putObject'>;
  readonly rules: Pick<RuleStore, 'getFresh'>;
}

/**
 * The part of `schedule`, run each minute: checks the functions, and makes `scan` check the buckets, because `scan` has
 * the rights of copying. The checks are hourly; every five minutes while something is broken, so that the finding goes
 * soon after its cause; and immediate when a rule names a bucket that was never tried. Throws `ServiceError` when the
 * state bucket fails.
 */
export async function keepPreconditions(deps: KeepChecksDeps): Promise<void> {
  const { cos, state, sources, now } = deps;
  const [buckets, functions, used] = await Promise.all([
    readFindings(deps, 'buckets'),
    readFindings(deps, 'functions'),
    usedPlaces(deps),
  ]);
  if (now() >= dueAt(functions, sources.map(formatPlace))) await recordFunctions(deps, functions);
  // A lost start, or a check that takes longer, is started again, which does no harm. Findings of an earlier release
  // lack the lifecycles.
  if (now() >= (buckets?.lifecycles === undefined ? 0 : dueAt(buckets, used)))
    await cos.putObject(state, CHECK_NOTE, new TextEncoder().encode('{}'), JSON_BODY);
}

async function recordFunctions(deps: KeepChecksDeps, before: Findings | undefined): Promise<void> {
  const about = { measuredAt: deps.now(), places: deps.sources.map(formatPlace) };
  let found: Findings;
  try {
    found = { ...about, broken: await checkFunctions(deps) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    found = { ...about, broken: [], unknown: error.code };
  }
  await storeFindings(deps, 'functions', found, before);
}

/** The buckets of enabled rules, `bucket-appid@region`. */
async function usedPlaces({ rules, sources }: KeepChecksDeps): Promise<string[]> {
  const used = await Promise.all(
    sources.map(async (source): Promise<readonly Place[]> => {
      const enabled = ((await rules.getFresh(source))?.rules ?? []).filter((rule) => rule.enabled);
      return enabled.length === 0 ? [] : [source, ...enabled.map(({ destination }) => destination)];
    }),
  );
  return used.flat().map(formatPlace);
}

/** ms since 1970. */
function dueAt(found: Findings | undefined, places: readonly string[]): number {
  if (found === undefined || !places.every((place) => found.places.includes(place))) return 0;
  const isWell = found.broken.length === 0 && found.unknown === undefined;
  return found.measuredAt + (isWell ? CHECK_EVERY_MS : CHECK_AGAIN_MS);
}
