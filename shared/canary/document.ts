import { JSON_BODY, objectsUnder, readUndamaged, type Cos, type Place } from '../cos/index.ts';
import {
  encodeState,
  flag,
  listOf,
  mapOf,
  notNegative,
  nullable,
  object,
  optional,
  someText,
  type Reader,
} from '../shape/index.ts';
import { CANARY_RESULTS, recordName } from './record.ts';

/** One canary: an object that was written to a source, and how far it has got. */
export interface Canary {
  /** Random letters and digits. */
  readonly id: string;
  /** Random content, which nobody can know before it is written; missing in records of earlier releases. */
  readonly secret?: string | undefined;
  /** Time just before the write, in ms since 1970. */
  readonly at: number;
  /** `bucket-appid@region` of the destinations that it has to reach. */
  readonly destinations: readonly string[];
  /** Null: the write got no answer yet. */
  readonly versionId: string | null;
  /** By destination, the version ID of the replica. */
  readonly arrived: Readonly<Record<string, string>>;
  /** The canary was removed on both sides. One more check looks for a copy that lands late. */
  readonly removed: boolean;
}

/** The results of canaries at one destination. */
export interface CanaryResult {
  /** ms from the write at the source to that of the replica, by COS's clocks; null: none has arrived yet. */
  readonly lagMs: number | null;
  /** Time at which the canary with this lag was written, in ms since 1970. */
  readonly sentAt: number | null;
  /** Time since which a canary is awaited, in ms since 1970; null: none is. */
  readonly waitingSince: number | null;
  /** Canaries that have not arrived within half an hour. */
  readonly lost: number;
}

export interface CanaryResults {
  /** ms since 1970. */
  readonly measuredAt: number;
  /** ms between two canaries. */
  readonly everyMs: number;
  readonly destinations: Readonly<Record<string, CanaryResult>>;
}

const canary: Reader<Canary> = object<Canary>({
  id: someText,
  secret: optional(someText),
  at: notNegative,
  destinations: listOf(someText),
  versionId: nullable(someText),
  arrived: mapOf(someText),
  removed: flag,
});
const results: Reader<CanaryResults> = object<CanaryResults>({
  measuredAt: notNegative,
  everyMs: notNegative,
  destinations: mapOf(
    object<CanaryResult>({
      lagMs: nullable(notNegative),
      sentAt: nullable(notNegative),
      waitingSince: nullable(notNegative),
      lost: notNegative,
    }),
  ),
});

export interface CanaryState {
  readonly cos: Pick<Cos, 'listObjects' | 'getObject' | 'putObject' | 'deleteObject'>;
  readonly state: Place;
}

const resultsName = ({ bucket }: Place): string => `${CANARY_RESULTS}${bucket}`;

/** The canaries of a source that were written and are not yet removed for good. Throws `CosError`. */
export async function openCanaries(deps: CanaryState, source: Place): Promise<Canary[]> {
  const found: Canary[] = [];
  for await (const { key } of objectsUnder(deps.cos, deps.state, recordName(source, ''))) {
    const one = await readUndamaged(deps, key, canary);
    if (one !== undefined && key === recordName(source, one.id)) found.push(one);
  }
  return found;
}

export async function putCanary({ cos, state }: CanaryState, source: Place, one: Canary): Promise<void> {
  await cos.putObject(state, recordName(source, one.id), encodeState(one), JSON_BODY);
}

export async function readResults(
  deps: Pick<CanaryState, 'state'> & { readonly cos: Pick<Cos, 'getObject'> },
  source: Place,
): Promise<CanaryResults | undefined> {
  return readUndamaged(deps, resultsName(source), results);
}

export async function putResults({ cos, state }: CanaryState, source: Place, found: CanaryResults): Promise<void> {
  await cos.putObject(state, resultsName(source), encodeState(found), JSON_BODY);
}
