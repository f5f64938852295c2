import { formatPlace } from '../../../shared/cos/index.ts';
import type { Place } from '../../../shared/cos/index.ts';
import type { HttpResponse } from '../../../shared/scf/index.ts';
import { preflight, storePreflight, warningsOf } from '../../../shared/preflight/index.ts';
import { reaches, uniqueText } from './verb.ts';
import type { CallOptions, VerifiedCall } from './verb.ts';
import { jsonResponse, timeText } from '../request/json.ts';
import type { Preflighted } from '../schemas.ts';

/**
 * POST with `replicationPreflight`: tries every destination that the key may reach, keeps the findings for the engine,
 * and warns about the source.
 */
export async function postPreflight(call: VerifiedCall, options: CallOptions): Promise<HttpResponse> {
  const { bucket } = call.source;
  const places = options.listed.destinations.filter((place) => place.bucket !== bucket && reaches(call, place));
  const [destinations, warnings] = await Promise.all([
    Promise.all(places.map((place) => tryDestination(place, options))),
    warningsOf(options.cos, call.source),
  ]);
  const passed = destinations.every((one) => one.passed);
  return jsonResponse(200, { bucket, passed, warnings, destinations } satisfies Preflighted);
}

async function tryDestination(place: Place, options: CallOptions): Promise<Preflighted['destinations'][number]> {
  const { cos, state, now } = options;
  const found = await preflight({ cos, now, unique: () => uniqueText(options) }, place);
  await storePreflight(cos, state, found);
  const { destination, measuredAt, ...rest } = found;
  return { destination: formatPlace(destination), ...rest, checks: [...rest.checks], measuredAt: timeText(measuredAt) };
}
