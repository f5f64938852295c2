import { JSON_BODY, formatPlace, type Cos, type Place } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';
import { isNull } from '../identity/index.ts';
import { pairsOf, type Pair } from '../scan/index.ts';
import type { RuleSet, RuleStore } from '../rules/index.ts';
import { beaconKey, LARGEST, readBeacon } from './document.ts';
import { publicTextOf, readStatusKey, seal } from './seal.ts';
import { measure, type MeasureDeps } from './measure.ts';

/**
 * ms between two status writes at a destination where older versions cannot be removed: each of them stays for good.
 */
const RARELY_MS = 3_600_000;

export interface TellDeps extends MeasureDeps {
  readonly rules: RuleStore;
  /** The client for destinations. It tries once and with a short timeout, because the next minute tries again. */
  readonly there: Pick<Cos, 'headObject' | 'getObject' | 'putObject' | 'deleteObject'>;
}

/** ms after which a missing key is looked for again. A deployment that is older than its functions has none. */
const KEY_LOOK_MS = 3_600_000;

type StatusKey = Awaited<ReturnType<typeof readStatusKey>>;

/** The memory of an instance about a pair. */
interface Known {
  /** Version IDs of earlier statuses that the next one replaces. */
  readonly stale: readonly string[];
  /** ms since 1970; no status is written before it. */
  readonly next: number;
}

/** Whether the failure will last, such as a lock on the objects of the bucket or a missing right. */
const isForGood = (error: unknown): boolean =>
  error instanceof ServiceError &&
  !error.retryable &&
  ((error.status >= 400 && error.status < 500) || error.code === 'AnswerTooLarge');

/** Throws an error that may be gone in the next minute. */
function passForGood(error: unknown): undefined {
  if (!isForGood(error)) throw error;
}

/**
 * Keeps the status of the sources at each destination: one small object, written anew each minute. The previous version
 * is removed by its ID, even when the run that wrote it was killed before it could.
 */
export class Beacons {
  readonly #deps: TellDeps;
  readonly #known = new Map<string, Known>();
  #key: { readonly asked: number; readonly key: ReturnType<typeof readStatusKey> } | undefined;

  constructor(deps: TellDeps) {
    this.#deps = deps;
  }

  /** Returns how many were written. A failure at one destination delays no other. */
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
    // After a failure both are found out anew. A destination that is down gets no further request.
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

  /** Read once. While it cannot be read, no status is written: an unsigned one would look forged. */
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
   * The old versions that a new instance finds, newest first. Anybody who may write there may have replaced the object.
   * A version that the status key has not signed stays, and its claims about other versions count for nothing.
   */
  async #staleAt({ source, destination }: Pair, statusKey: StatusKey): Promise<readonly string[]> {
    const { there } = this.#deps;
    const key = beaconKey(source);
    const current = await there.headObject(destination, key).catch(passForGood);
    if (!current?.found || isNull(current.head.versionId)) return [];
    const object = await there.getObject(destination, key, { limit: LARGEST }).catch(passForGood);
    const found = object && readBeacon(object.body, source, destination);
    // A deployment without a key cannot check the signature; its next deployment makes a key.
    if (statusKey !== undefined && found?.signedBy !== publicTextOf(statusKey)) return [];
    return [current.head.versionId, ...(found?.replaces == null ? [] : [found.replaces])];
  }
}
