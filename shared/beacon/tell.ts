import { JSON_BODY, formatPlace, type Cos, type Place } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';
import { isNull } from '../identity/index.ts';
import { pairsOf, type Pair } from '../scan/index.ts';
import type { RuleSet, RuleStore } from '../rules/index.ts';
import { beaconKey, LARGEST, readBeacon } from './document.ts';
import { publicTextOf, readStatusKey, seal } from './seal.ts';
import { measure, type MeasureDeps } from './measure.ts';

/** ms between two that are written where older versions cannot be removed: each stays for good. */
const RARELY_MS = 3_600_000;

export interface TellDeps extends MeasureDeps {
  readonly rules: RuleStore;
  /** For the destinations: tries once and not for long, because the next minute tries again. */
  readonly there: Pick<Cos, 'headObject' | 'getObject' | 'putObject' | 'deleteObject'>;
}

/** ms after which a missing key is looked for again: a deployment that is older than its functions has none. */
const KEY_LOOK_MS = 3_600_000;

type StatusKey = Awaited<ReturnType<typeof readStatusKey>>;

/** The memory of an instance about a pair. */
interface Known {
  /** Versions that the next one takes the place of. */
  readonly stale: readonly string[];
  /** ms since 1970: not written again before. */
  readonly next: number;
}

/** A lock on the objects of the bucket, or a right that is missing: the next minute will not be any different. */
const isForGood = (error: unknown): boolean =>
  error instanceof ServiceError &&
  !error.retryable &&
  ((error.status >= 400 && error.status < 500) || error.code === 'AnswerTooLarge');

/** Throws what may be different in the next minute. */
function passForGood(error: unknown): undefined {
  if (!isForGood(error)) throw error;
}

/**
 * Keeps at each destination what matters of its sources when their region is down: one small object, written anew each
 * minute. The version before is removed by its ID, also if the run that wrote it was killed before it could.
 */
export class Beacons {
  readonly #deps: TellDeps;
  readonly #known = new Map<string, Known>();
  #key: { readonly asked: number; readonly key: ReturnType<typeof readStatusKey> } | undefined;

  constructor(deps: TellDeps) {
    this.#deps = deps;
  }

  /** Returns how many were written. One that fails keeps no other one waiting. */
  async tell(sources: readonly Place[], onProblem: (error: unknown) => void): Promise<number> {
    let written = 0;
    const tellPair = async (pair: Pair, ruleSet: RuleSet): Promise<void> => {
      try {
        if (await this.#tellPair(pair, ruleSet)) written += 1;
      } catch (error) {
        onProblem(error);
      }
    };
    await Promise.all(
      sources.map(async (source) => {
        try {
          const ruleSet = await this.#deps.rules.getFresh(source);
          if (ruleSet === undefined) return;
          await Promise.all(pairsOf(source, ruleSet).map((pair) => tellPair(pair, ruleSet)));
        } catch (error) {
          onProblem(error);
        }
      }),
    );
    return written;
  }

  async #tellPair(pair: Pair, ruleSet: RuleSet): Promise<boolean> {
    const { there, now } = this.#deps;
    const name = `${formatPlace(pair.source)} ${formatPlace(pair.destination)}`;
    const known = this.#known.get(name);
    if (known !== undefined && known.next > now()) return false;
    // After a failure both are found out anew, and a destination that is down is asked for nothing more than that.
    this.#known.delete(name);
    const path = beaconKey(pair.source);
    const key = await this.#statusKey();
    const stale = known?.stale ?? (await this.#staleAt(pair, key));
    const document = { ...(await measure(this.#deps, pair, ruleSet)), replaces: stale[0] ?? null };
    const json = JSON.stringify(document);
    const body = new TextEncoder().encode(key === undefined ? json : seal(json, key));
    const { versionId } = await there.putObject(pair.destination, path, body, JSON_BODY);
    const written = isNull(versionId) ? [] : [versionId];
    try {
      for (const id of stale) await there.deleteObject(pair.destination, path, id);
    } catch (error) {
      if (!isForGood(error)) throw error;
      this.#known.set(name, { stale: written, next: now() + RARELY_MS });
      throw error;
    }
    this.#known.set(name, { stale: written, next: 0 });
    return true;
  }

  /** Read once. While it cannot be read, nothing is written: an unsigned status would be taken for a forged one. */
  async #statusKey(): ReturnType<typeof readStatusKey> {
    const { now } = this.#deps;
    let read = this.#key;
    if (read === undefined || ((await read.key) === undefined && now() - read.asked >= KEY_LOOK_MS)) {
      read = { asked: now(), key: readStatusKey(this.#deps) };
      this.#key = read;
      read.key.catch(() => (this.#key = undefined));
    }
    return read.key;
  }

  /**
   * The versions that an instance finds which has written none yet, newest first. Anybody who may write there may have put
   * something in its place: what the status key has not signed stays below, and its word on another version counts for nothing.
   */
  async #staleAt({ source, destination }: Pair, statusKey: StatusKey): Promise<readonly string[]> {
    const { there } = this.#deps;
    const key = beaconKey(source);
    const current = await there.headObject(destination, key).catch(passForGood);
    if (!current?.found || isNull(current.head.versionId)) return [];
    const object = await there.getObject(destination, key, { limit: LARGEST }).catch(passForGood);
    const found = object && readBeacon(object.body, source, destination);
    // A deployment that has no key cannot tell, and its next deployment makes one.
    if (statusKey !== undefined && found?.signedBy !== publicTextOf(statusKey)) return [];
    return [current.head.versionId, ...(found?.replaces == null ? [] : [found.replaces])];
  }
}
