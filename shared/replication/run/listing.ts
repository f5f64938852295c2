import { pageOfKey, type KeyCursor, type Place, type VersionEntry } from '../../cos/index.ts';
import { at, HistoryTooDeep } from '../errors.ts';
import { isHalt, type HandOver } from '../halt.ts';
import type { RunBase } from './base.ts';

/** Most looks end at the newest few versions. */
const FIRST_PAGE = 200;
const PAGE = 1000;
/** Versions of one key that a run keeps in memory, on each side. */
const DEEPEST = 100_000;

type KeySide = 'source' | 'destination';

/**
 * Versions and delete markers of exactly one key, newest first, read page by page and only as deep as needed: a key
 * that is overwritten for years has more than one run should hold.
 */
export class KeyListing {
  readonly #run: RunBase;
  readonly #place: Place;
  readonly #side: KeySide;
  readonly #entries: VersionEntry[] = [];
  #next: KeyCursor | undefined;
  #complete = false;
  #pages = 0;

  private constructor(run: RunBase, side: KeySide) {
    this.#run = run;
    this.#side = side;
    this.#place = run.work[side];
  }

  /** Reads the first page. Throws `CosError`. */
  static async open(run: RunBase, side: KeySide): Promise<KeyListing | HandOver> {
    const listing = new KeyListing(run, side);
    const more = await listing.more();
    return isHalt(more) ? more : listing;
  }

  /**
   * Wraps a complete listing that the caller has already read: all versions and delete markers of this key, newest
   * first.
   */
  static of(run: RunBase, side: KeySide, entries: readonly VersionEntry[]): KeyListing {
    const listing = new KeyListing(run, side);
    // In a loop: a hundred thousand arguments of a call would overflow the stack.
    for (const entry of entries) listing.#entries.push(entry);
    listing.#complete = true;
    return listing;
  }

  /** The entries read so far. */
  get entries(): readonly VersionEntry[] {
    return this.#entries;
  }

  /** Whether it was read with several requests, between which versions may have come or gone. */
  get isPaged(): boolean {
    return this.#pages > 1;
  }

  /** Whether there is nothing older. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Reads one more page. Throws `CosError`, `HistoryTooDeep`. */
  async more(): Promise<HandOver | undefined> {
    if (this.#complete) return undefined;
    if (this.#entries.length >= DEEPEST) throw new HistoryTooDeep(DEEPEST);
    const over = this.#run.time.over();
    if (over) return over;
    const { key } = this.#run.work;
    const maxKeys = this.#next === undefined ? FIRST_PAGE : PAGE;
    const page = await at(this.#side, () =>
      pageOfKey(this.#run.deps.cos, this.#place, key, { maxKeys, after: this.#next }),
    );
    this.#entries.push(...page.entries);
    this.#pages += 1;
    // P5b: Older versions are on the next page.
    this.#next = page.next;
    this.#complete = this.#next === undefined;
    return undefined;
  }

  /** Reads on until `enough` is true for the oldest entry, or all are read. */
  async until(enough: (oldest: VersionEntry) => boolean): Promise<readonly VersionEntry[] | HandOver> {
    for (;;) {
      const oldest = this.#entries.at(-1);
      if (this.#complete || (oldest !== undefined && enough(oldest))) return this.#entries;
      const halt = await this.more();
      if (halt) return halt;
    }
  }
}
