import type { HeadResult, ObjectHead } from '../../cos/index.ts';
import { isNull } from '../../identity/index.ts';
import { at } from '../errors.ts';
import { isSealed, sealedHead } from './sealed.ts';
import type { RunBase } from './base.ts';
import { CLOCK_DOUBT_MS } from '../../durations/index.ts';

/** Metadata of so many versions is kept, of at most some KB each. */
const HEADS_KEPT = 32;

/** A moment by the destination's own clock, and the local time (ms since 1970) at which its answer came. */
export interface DestinationClock {
  seen: { readonly date: number; readonly at: number } | undefined;
  /** A HEAD in progress that will tell. Runs that share the clock wait for it instead of asking too. */
  asking?: Promise<unknown> | undefined;
}

/** Reads single versions of the key on both sides. It remembers answers only to save requests. */
export class Heads {
  readonly #base: RunBase;
  readonly #clock: DestinationClock;
  readonly #kept: ObjectHead[] = [];
  readonly #dangling = new Map<string, Promise<boolean>>();

  /** `clock`: where several runs of one instance share what they know of the destination's clock. */
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

  /** ms since 1970 by the destination's clock, a little behind it rather than ahead. */
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

  /** Remembers the metadata of a few versions of the destination: what is put in order is copied within moments. */
  keep(head: ObjectHead): void {
    if (isNull(head.versionId)) return;
    this.#kept.push(head);
    if (this.#kept.length > HEADS_KEPT) this.#kept.shift();
  }

  /** The HEAD of a version at the destination, which may have been read a moment ago. Undefined: the version has gone. */
  async ofReplica(versionId: string): Promise<ObjectHead | undefined> {
    const kept = this.#kept.find((head) => head.versionId === versionId);
    if (kept !== undefined) return kept;
    const result = await this.destination(versionId);
    return result.found ? result.head : undefined;
  }

  /**
   * Whether a version that is listed, and that a HEAD does not find, is a symbolic link that leads nowhere: it is there all
   * the same, and no lagging listing shows it. Asked once per version and run.
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
      // A refusal brings no date; ours may run ahead, and an attempt must not seem younger than what it writes.
      const date = deps.now() - CLOCK_DOUBT_MS;
      const sealed = isSealed(error) ? await sealedHead(this.#base, side, versionId, date) : undefined;
      if (sealed === undefined) throw error;
      return sealed;
    }
  }
}
