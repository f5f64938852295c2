import type { HeadResult, ObjectHead } from '../../cos/index.ts';
import { isNull } from '../../identity/index.ts';
import { at } from '../errors.ts';
import { isSealed, sealedHead } from './sealed.ts';
import type { RunBase } from './base.ts';
import { CLOCK_DOUBT_MS } from '../../durations/index.ts';

/** Number of versions whose metadata is kept, of a few KB each. */
const HEADS_KEPT = 32;

/** A time by the destination's own clock, and the local time (ms since 1970) at which its answer came. */
export interface DestinationClock {
  seen: { readonly date: number; readonly at: number } | undefined;
  /** A HEAD in progress that will show the time. Runs that share the clock wait for it instead of sending another. */
  asking?: Promise<unknown> | undefined;
}

/** Reads single versions of the key on both sides. It remembers answers only to save requests. */
export class Heads {
  readonly #base: RunBase;
  readonly #clock: DestinationClock;
  readonly #kept: ObjectHead[] = [];
  readonly #dangling = new Map<string, Promise<boolean>>();

  /** `clock`: shared by the runs of one instance, so that each learns from the others. */
  constructor(base: RunBase, clock: DestinationClock = { seen: undefined }) {
    this.#base = base;
    this.#clock = clock;
  }

  /** Throws `CosError`. */
  source(versionId?: string): Promise<HeadResult> {
    return at('source', () => this.#head('source', versionId));
  }

  /** Throws `CosError`. */
  async destination(versionId?: string): Promise<HeadResult> {
    const result = await at('destination', () => this.#head('destination', versionId));
    this.#clock.seen = { date: result.date, at: this.#base.deps.now() };
    return result;
  }

  /** ms since 1970 by the destination's clock, rather slightly behind it than ahead. */
  async destinationTime(): Promise<number> {
    const clock = this.#clock;
    while (clock.seen === undefined) {
      clock.asking ??= this.destination().finally(() => {
        clock.asking = undefined;
      });
      await clock.asking;
    }
    const { date, at: local } = clock.seen;
    return date + Math.max(0, this.#base.deps.now() - local - 1000);
  }

  /**
   * Remembers the metadata of a few versions of the destination, because replicas are copied on top soon after they
   * were read.
   */
  keep(head: ObjectHead): void {
    if (isNull(head.versionId)) return;
    this.#kept.push(head);
    if (this.#kept.length > HEADS_KEPT) this.#kept.shift();
  }

  /** The HEAD of a version at the destination, possibly a remembered one. Undefined when the version is gone. */
  async ofReplica(versionId: string): Promise<ObjectHead | undefined> {
    const kept = this.#kept.find((head) => head.versionId === versionId);
    if (kept !== undefined) return kept;
    const result = await this.destination(versionId);
    return result.found ? result.head : undefined;
  }

  /**
   * Whether a version that is listed, and that a HEAD does not find, is a symbolic link without a target: it exists,
   * and its listing does not lag. Requested once per version and run.
   */
  isDangling(side: 'source' | 'destination', versionId: string): Promise<boolean> {
    const { deps, work } = this.#base;
    const name = `${side}/${versionId}`;
    const known = this.#dangling.get(name);
    if (known !== undefined) return known;
    const asked = at(side, () => deps.cos.isSymlink(work[side], work.key, versionId));
    this.#dangling.set(name, asked);
    return asked;
  }

  async #head(side: 'source' | 'destination', versionId: string | undefined): Promise<HeadResult> {
    const { deps, work } = this.#base;
    try {
      return await deps.cos.headObject(work[side], work.key, versionId);
    } catch (error) {
      // A refusal carries no date. Our clock may be ahead, and an attempt must not seem younger than its writes.
      const date = deps.now() - CLOCK_DOUBT_MS;
      const sealed = isSealed(error) ? await sealedHead(this.#base, side, versionId, date) : undefined;
      if (sealed === undefined) throw error;
      return sealed;
    }
  }
}
