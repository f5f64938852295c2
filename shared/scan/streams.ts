import type { VersionEntry, VersionsPage } from '../cos/index.ts';
import { ServiceError, type Cause } from '../errors/index.ts';
import { compareKeys } from './order.ts';

/** Keys of a range: those beyond `after` up to `upTo`; undefined is the end of the bucket on that side. */
export interface Bounds {
  readonly after: string | undefined;
  readonly upTo: string | undefined;
}

export type Cursor = { readonly keyMarker: string; readonly versionIdMarker?: string };
/** Reads one page of a listing; undefined reads the first one. */
export type ReadPage = (cursor: Cursor | undefined) => Promise<VersionsPage>;

/**
 * One side's listing, entry by entry, in the order of COS. The next page is requested while this one is used. It holds
 * two pages at most, and says that a range has ended only after reading the page that shows it.
 */
export class VersionStream {
  readonly #read: ReadPage;
  readonly #upTo: string | undefined;
  #entries: readonly VersionEntry[] = [];
  #at = 0;
  #next: Promise<VersionsPage> | undefined;
  #last: string | undefined;
  /** Pages requested so far. */
  pages = 0;

  constructor(read: ReadPage, { after, upTo }: Bounds) {
    this.#read = read;
    this.#upTo = upTo;
    this.#last = after;
    this.#ask(after === undefined ? undefined : { keyMarker: after });
  }

  /** The next entry. Undefined when the page is used up (call `fill`), or when the range has ended (`ended`). */
  get head(): VersionEntry | undefined {
    return this.#entries[this.#at];
  }

  get ended(): boolean {
    return this.#at >= this.#entries.length && this.#next === undefined;
  }

  skip(): void {
    this.#at += 1;
  }

  /** Reads until there is a next entry or the range has ended. Throws `CosError`, `AnswerOutOfOrder`. */
  async fill(): Promise<void> {
    while (this.#at >= this.#entries.length && this.#next !== undefined) {
      const page = await this.#next;
      this.#next = undefined;
      const { entries, ended } = this.#within(page.entries);
      this.#entries = entries;
      this.#at = 0;
      if (!ended && page.next !== undefined) this.#ask(page.next);
    }
  }

  #ask(cursor: Cursor | undefined): void {
    this.pages += 1;
    this.#next = this.#read(cursor);
    // The caller that needs the page awaits it later. Until then its failure must not count as unhandled.
    this.#next.catch(() => undefined);
  }

  /** The merge relies on the order: one entry out of place would make keys seem to be missing. */
  #within(page: readonly VersionEntry[]): { entries: readonly VersionEntry[]; ended: boolean } {
    for (const { key } of page) {
      if (this.#last !== undefined && compareKeys(key, this.#last) < 0) throw outOfOrder();
      this.#last = key;
    }
    const upTo = this.#upTo;
    // The order is checked, so the last key decides for all of them.
    if (upTo === undefined || this.#last === undefined || compareKeys(this.#last, upTo) <= 0)
      return { entries: page, ended: false };
    const end = page.findIndex(({ key }) => compareKeys(key, upTo) > 0);
    return end === -1 ? { entries: page, ended: false } : { entries: page.slice(0, end), ended: true };
  }
}

const outOfOrder = (): ServiceError =>
  new ServiceError('A listing is not in the order of its keys, so two of them cannot be compared', {
    code: 'AnswerOutOfOrder' satisfies Cause,
    retryable: true,
  });
