import { formatPlace, objectsUnder, type Cos, type ObjectEntry, type Place } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';
import type { Hash } from '../signing/index.ts';
import type { Rank } from '../identity/index.ts';

/** A delete marker carries no metadata, so a record says which deletion it stands for. */
/** The records on the state bucket. */
export const MARKS = 'marks/';
/** Takes the place of a version ID until the delete marker is made. */
const INTENDED = '-';

/** A delete marker that this service made. */
export interface Mark {
  readonly versionId: string;
  /** The rank of the user's delete marker that it stands for. Several records may name one delete marker. */
  readonly rank: Rank;
  readonly unique: string;
}

/** Written before the request. Whether its delete marker was made, and under which ID, is not known yet. */
export interface Intention {
  readonly name: string;
  readonly rank: Rank;
  readonly unique: string;
  /** A digest of the source of the replication that wrote it. */
  readonly writer: string;
  /** ms since 1970, whole seconds, by the clock of the delete marker's region. */
  readonly time: number;
}

export interface Marks {
  readonly made: readonly Mark[];
  readonly intended: readonly Intention[];
}

interface Deps {
  readonly cos: Cos;
  readonly hash: Hash;
  unique(): string;
}

/**
 * Records which delete markers of a bucket that is both source and destination are ours, and which user's deletion each
 * stands for. Without a record they would count as deletions by the bucket's own users and be passed on. The records
 * lie on the state bucket of the deployment that replicates *from* that bucket, one empty object per delete marker.
 */
export class MarkBook {
  readonly #deps: Deps;
  readonly #state: Place;

  constructor(deps: Deps, state: Place) {
    this.#deps = deps;
    this.#state = state;
  }

  async of(place: Place, key: string): Promise<Marks> {
    const prefix = this.#prefix(place, key);
    const made: Mark[] = [];
    const intended: Intention[] = [];
    try {
      for await (const entry of objectsUnder(this.#deps.cos, this.#state, prefix)) {
        const read = readName(entry);
        if (read === undefined) continue;
        if ('versionId' in read) made.push(read);
        else intended.push(read);
      }
    } catch (error) {
      if (!isUndeployed(error)) throw error;
    }
    const settled = new Set(made.map((mark) => mark.unique));
    return { made, intended: intended.filter(({ unique }) => !settled.has(unique)) };
  }

  /** Records a delete marker before it is made. If the run is killed then, the next one knows of it. */
  async intend(place: Place, key: string, rank: Rank, source: Place): Promise<Intention | undefined> {
    const unique = this.#deps.unique();
    const writer = this.writerOf(source);
    const name = `${this.#prefix(place, key)}${INTENDED}/${rank.time}/${rank.bucket}/${unique}/${writer}`;
    try {
      // P35: Written before the DELETE.
      await this.#put(name);
    } catch (error) {
      if (isUndeployed(error)) return undefined;
      // P35b: The DELETE is never sent, so nothing may count as its delete marker.
      if (!(error instanceof ServiceError && error.outcome === 'none')) await this.#forget(name);
      throw error;
    }
    return { name, rank, unique, writer, time: 0 };
  }

  /** The record may be there although its PUT failed. If this fails too, a later look waits for the delete marker. */
  async #forget(name: string): Promise<void> {
    await this.#deps.cos.deleteObject(this.#state, name).catch(() => undefined);
  }

  async settle(place: Place, key: string, { name, rank, unique }: Intention, versionId: string): Promise<Mark> {
    await this.#put(this.#nameOfMark(place, key, { versionId, rank, unique }));
    await this.#deps.cos.deleteObject(this.#state, name);
    return { versionId, rank, unique };
  }

  /** Records that a delete marker of ours stands for one more deletion. */
  async stand(place: Place, key: string, versionId: string, rank: Rank): Promise<void> {
    await this.#put(this.#nameOfMark(place, key, { versionId, rank, unique: this.#deps.unique() }));
  }

  /** Removes the record of a delete marker that was certainly not made. */
  async drop({ name }: Intention): Promise<void> {
    await this.#deps.cos.deleteObject(this.#state, name);
  }

  writerOf(source: Place): string {
    return this.#deps.hash.sha256(formatPlace(source)).slice(0, 16);
  }

  #nameOfMark(place: Place, key: string, { versionId, rank, unique }: Mark): string {
    return `${this.#prefix(place, key)}${versionId}/${rank.time}/${rank.bucket}/${unique}`;
  }

  #prefix(place: Place, key: string): string {
    return `${MARKS}${this.#deps.hash.sha256(`${formatPlace(place)}\0${key}`).slice(0, 32)}/`;
  }

  async #put(name: string): Promise<void> {
    await this.#deps.cos.putObject(this.#state, name, new Uint8Array());
  }
}

/** Nothing replicates from that bucket yet, so no delete marker would be passed on. */
const isUndeployed = (error: unknown): boolean => error instanceof ServiceError && error.code === 'NoSuchBucket';

function readName({ key, lastModified }: ObjectEntry): Mark | Intention | undefined {
  const [, , versionId, micros, bucket, unique, writer] = key.split('/');
  const time = Number(micros);
  if (!versionId || !bucket || !unique || !Number.isSafeInteger(time)) return undefined;
  const rank = { time, bucket };
  if (versionId !== INTENDED) return { versionId, rank, unique };
  return writer ? { name: key, rank, unique, writer, time: lastModified } : undefined;
}
