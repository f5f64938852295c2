import { compareKeys } from './key-order.ts';

/** A sequence of keys in UTF-8 order, each with its items in listing order (possibly none). */
export interface Sequence<T> {
  readonly keysFrom: (reached: (key: string) => boolean) => Iterable<string>;
  readonly itemsOf: (key: string) => Iterable<T>;
}

export interface PageQuery {
  readonly prefix?: string | undefined;
  readonly delimiter?: string | undefined;
  /** The page holds keys and common prefixes after this one in byte order. */
  readonly marker?: string | undefined;
  /** True: the cursor's key itself is listed too, and `itemsOf` gives the rest of its items. */
  readonly withMarkerKey?: boolean;
  readonly limit: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly commonPrefixes: readonly string[];
  readonly truncated: boolean;
  /** The last key or common prefix. */
  readonly last: string | undefined;
  /** The last item, unless that was a common prefix. */
  readonly lastItem: T | undefined;
}

/**
 * One page of any listing. Common prefixes count as much as items do. An earlier page has shown each common prefix that
 * is not after the cursor, so a cursor in the middle of one skips the rest of it (COS does not say; anything else would
 * show a prefix twice).
 */
export function listPage<T>(sequence: Sequence<T>, query: PageQuery): Page<T> {
  const { prefix = '', delimiter = '', marker = '', limit } = query;
  const items: T[] = [];
  const commonPrefixes: string[] = [];
  let last: string | undefined;
  let lastItem: T | undefined;
  const page = (truncated: boolean): Page<T> => ({ items, commonPrefixes, truncated, last, lastItem });
  const full = (): boolean => items.length + commonPrefixes.length >= limit;

  // A page without entries has no cursor to continue at, so `truncated` would lead nowhere.
  if (limit === 0) return page(false);

  let reached = (key: string): boolean =>
    compareKeys(key, prefix) >= 0 &&
    (query.withMarkerKey === true ? compareKeys(key, marker) >= 0 : marker === '' || compareKeys(key, marker) > 0);
  for (;;) {
    let skip: string | undefined;
    for (const key of sequence.keysFrom(reached)) {
      if (!key.startsWith(prefix)) return page(false);
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      if (end < 0) {
        for (const item of sequence.itemsOf(key)) {
          if (full()) return page(true);
          items.push(item);
          last = key;
          lastItem = item;
        }
        continue;
      }
      const common = key.slice(0, end + delimiter.length);
      const shown = compareKeys(common, marker) <= 0;
      if (!shown && isEmpty(sequence.itemsOf(key))) continue;
      if (!shown) {
        if (full()) return page(true);
        commonPrefixes.push(common);
        last = common;
        lastItem = undefined;
      }
      skip = common;
      break;
    }
    if (skip === undefined) return page(false);
    const passed = skip;
    reached = (key) => compareKeys(key, passed) > 0 && !key.startsWith(passed);
  }
}

function isEmpty(items: Iterable<unknown>): boolean {
  return items[Symbol.iterator]().next().done === true;
}
