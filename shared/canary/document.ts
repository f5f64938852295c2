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

/** One canary: an object that was written to a source, and what came of it. */
export interface Canary {
  /** Letters and digits, drawn for it. */
  readonly id: string;
  /** Drawn for its content, which nobody knows before it is written; missing in records of earlier releases. */
  readonly secret?: string | undefined;
  /** ms since 1970: when it was about to be written. */
  readonly at: number;
  /** `bucket-appid@region` of the destinations that it has to reach. */
  readonly destinations: readonly string[];
  /** Null: the write got no answer yet. */
  readonly versionId: string | null;
  /** By destination, the version ID of the replica. */
  readonly arrived: Readonly<Record<string, string>>;
  /** The canary was removed on both sides. A copy that lands late is looked for once more. */
  readonly removed: boolean;
}

/** The results of canaries at one destination. */
export interface CanaryResult {
  /** ms from the write at the source to that of the replica, by COS's clocks; null: none has arrived yet. */
  readonly lagMs: number | null;
  /** ms since 1970: when the canary was written that this lag is of. */
  readonly sentAt: number | null;
  /** ms since 1970: since when one is awaited; null: none is. */
  readonly waitingSince: number | null;
  /** Canaries that were given up after half an hour. */
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

/** Canaries of a source that were written and are not yet gone for good. Throws `CosError`. */
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
