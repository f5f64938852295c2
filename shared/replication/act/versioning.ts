import { formatPlace, type Cos, type Place } from '../../cos/index.ts';
import { BucketNotVersioned } from '../errors.ts';

/** ms for which a bucket that kept versions a moment ago is believed to go on doing so. */
const TRUSTED_MS = 60_000;

/**
 * Whether destinations keep versions. A write to one that has stopped would overwrite what others have stored there, so
 * nothing is written before this is known. Asked beside the rest of the work, and remembered for a minute.
 */
export class VersioningWatch {
  readonly #cos: Pick<Cos, 'getVersioning'>;
  readonly #now: () => number;
  readonly #known = new Map<string, number>();

  constructor(cos: Pick<Cos, 'getVersioning'>, now: () => number) {
    this.#cos = cos;
    this.#now = now;
  }

  /** Throws `BucketNotVersioned`, or `CosError` when the bucket does not tell. */
  async check(place: Place): Promise<void> {
    const name = formatPlace(place);
    const asked = this.#now();
    if (asked - (this.#known.get(name) ?? Number.NEGATIVE_INFINITY) < TRUSTED_MS) return;
    const state = await this.#cos.getVersioning(place);
    if (state !== 'Enabled') throw new BucketNotVersioned(place.bucket);
    this.#known.set(name, asked);
  }
}
