import type { Place, VersionEntry } from '../../cos/index.ts';
import type { Side } from '../../errors/index.ts';
import { HistoryTooDeep } from '../errors.ts';
import type { Session } from '../session.ts';

/** Most looks end at the newest few versions. */
const FIRST_PAGE = 200;
const PAGE = 1000;
/** Versions of one key that a run keeps in memory, on each side. */
const DEEPEST = 100_000;

type Next = { readonly keyMarker: string; readonly versionIdMarker: string };

/**
 * Versions and delete markers of exactly one key, newest first, read page by page and only as deep as somebody asks: a
 * key that is overwritten for years has more of them than one run should carry.
 */
export class KeyListing {
  readonly #session: Session;
  readonly #place: Place;
  readonly #side: Side;
  readonly #entries: VersionEntry[] = [];
  #next: Next | undefined;
  #complete = false;

  private constructor(session: Session, side: 'source' | 'destination') {
    this.#session = session;
    this.#side = side;
    this.#place = session.work[side];
  }

  /** Reads the first page. Throws `CosError`. */
  static async open(session: Session, side: 'source' | 'destination'): Promise<KeyListing> {
    const listing = new KeyListing(session, side);
    await listing.more();
    return listing;
  }

  /** Of what somebody has listed already: all versions and delete markers of this very key, newest first. */
  static of(session: Session, side: 'source' | 'destination', entries: readonly VersionEntry[]): KeyListing {
    const listing = new KeyListing(session, side);
    listing.#entries.push(...entries);
    listing.#complete = true;
    return listing;
  }

  /** What has been read so far. */
  get entries(): readonly VersionEntry[] {
    return this.#entries;
  }

  /** Nothing older is there. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Reads a page more; false: there is none. Throws `CosError`, `HandOver`, `HistoryTooDeep`. */
  async more(): Promise<boolean> {
    if (this.#complete) return false;
    if (this.#entries.length >= DEEPEST) throw new HistoryTooDeep(DEEPEST);
    this.#session.checkTime();
    const { key } = this.#session.work;
    const maxKeys = this.#next === undefined ? FIRST_PAGE : PAGE;
    const page = await this.#session.at(this.#side, () =>
      this.#session.deps.cos.listVersions(this.#place, { prefix: key, maxKeys, ...this.#next }),
    );
    // Keys come in order and the key itself is the first with this prefix.
    const own = page.entries.filter((entry) => entry.key === key);
    this.#entries.push(...own);
    this.#next = own.length === page.entries.length ? page.next : undefined;
    this.#complete = this.#next === undefined;
    return own.length > 0;
  }

  /** Reads on until the oldest entry read is `enough`, or all are read. */
  async until(enough: (oldest: VersionEntry) => boolean): Promise<readonly VersionEntry[]> {
    for (;;) {
      const oldest = this.#entries.at(-1);
      if (this.#complete || (oldest !== undefined && enough(oldest))) return this.#entries;
      await this.more();
    }
  }
}
