import { formatPlace, type Cos, type Place } from '../../cos/index.ts';
import { BucketNotVersioned } from '../errors.ts';
import { VERSIONING_TRUSTED_MS } from '../../durations/index.ts';
import type { Versioning } from '../settings.ts';

/**
 * Nothing is written before a destination is known to keep versions. The first check runs beside other requests. Before
 * later writes it is repeated once the last answer is some seconds old.
 */
export class VersioningWatch implements Versioning {
  readonly #cos: Pick<Cos, 'getVersioning'>;
  readonly #now: () => number;
  readonly #known = new Map<string, { readonly asked: number; readonly answer: Promise<void> }>();

  constructor(cos: Pick<Cos, 'getVersioning'>, now: () => number) {
    this.#cos = cos;
    this.#now = now;
  }

  forget(place: Place): void {
    this.#known.delete(formatPlace(place));
  }

  async check(place: Place): Promise<void> {
    const name = formatPlace(place);
    const now = this.#now();
    let known = this.#known.get(name);
    if (known === undefined || now - known.asked >= VERSIONING_TRUSTED_MS || now < known.asked) {
      known = { asked: now, answer: this.#ask(place) };
      this.#known.set(name, known);
    }
    try {
      await known.answer;
    } catch (error) {
      // The next caller asks again.
      if (this.#known.get(name) === known) this.#known.delete(name);
      throw error;
    }
  }

  async #ask(place: Place): Promise<void> {
    if ((await this.#cos.getVersioning(place)) !== 'Enabled') throw new BucketNotVersioned(place.bucket);
  }
}
