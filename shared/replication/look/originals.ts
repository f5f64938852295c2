import { ownMarker, versionIdOf, type Marker, type Ref } from '../../identity/index.ts';
import { isHalt, type HandOver } from '../halt.ts';
import type { Needs } from '../run/run.ts';
import { claimAt } from './claim.ts';

type Reading = Needs<'deps' | 'work' | 'time' | 'heads' | 'books' | 'memory'>;

/** Versions whose metadata is read at once. */
const BATCH = 16;

/**
 * Distinguishes replicas at a source from users' copies of them: of several versions that bear one attempt, only the
 * oldest is a replica. Each version is read once at most, and none that is older than the attempts.
 */
export class Originals {
  readonly #run: Reading;
  readonly #order: readonly Ref[];
  /** The oldest version that was read for each attempt. */
  readonly #oldest = new Map<string, string>();
  /** Every version from here on has been read. */
  #from: number;
  #reading: Promise<HandOver | undefined> = Promise.resolve(undefined);

  /** `order`: the versions of the source, oldest first. */
  constructor(run: Reading, order: readonly Ref[]) {
    this.#run = run;
    this.#order = order;
    this.#from = order.length;
  }

  /** Throws `CosError`. */
  async isCopy(marker: Marker, ref: Ref): Promise<boolean | HandOver> {
    const reading = this.#reading.then(() => this.#readDownTo(marker.attempted * 1000));
    this.#reading = reading.catch(() => undefined);
    const halt = await reading;
    if (isHalt(halt)) return halt;
    const original = this.#oldest.get(marker.id);
    return original !== undefined && original !== ref.id;
  }

  /** `time` in microseconds since 1970. */
  async #readDownTo(time: number): Promise<HandOver | undefined> {
    while (this.#from > 0 && (this.#order[this.#from - 1] as Ref).time >= time) {
      const over = this.#run.time.over();
      if (over) return over;
      const start = Math.max(0, this.#from - BATCH);
      const batch = this.#order.slice(start, this.#from).toReversed();
      const attempts = await Promise.all(batch.map((ref) => this.#attemptOf(ref)));
      for (const [index, attempt] of attempts.entries())
        if (attempt !== undefined) this.#oldest.set(attempt, (batch[index] as Ref).id);
      this.#from = start;
    }
    return undefined;
  }

  /** Remembered for the whole run, because a version does not change. */
  async #attemptOf(ref: Ref): Promise<string | undefined> {
    const { sourceAttempts } = this.#run.memory;
    if (sourceAttempts.has(ref.id)) return sourceAttempts.get(ref.id);
    const found = await this.#run.heads.source(versionIdOf(ref));
    const marker = found.found ? ownMarker(await claimAt(this.#run, found.head, 'source')) : undefined;
    sourceAttempts.set(ref.id, marker?.id);
    return marker?.id;
  }
}
