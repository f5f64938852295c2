import type { VersioningStatus } from '../../cos/index.ts';

export interface Row {
  readonly key: string;
  readonly id: string;
  readonly marker: boolean;
  readonly text: string;
}

export interface Query {
  prefix: string;
  delimiter: string;
  maxKeys: number;
}

/** A row of a listing of versions, `<id>+` when it is the latest of its key, or `<common prefix>*`. */
type Line = { readonly key: string; readonly id: string; readonly text: string };

/**
 * A versioned bucket in the fewest words: a list of rows in the order of writing. It is slow and caches nothing, so
 * that it is plainly right; the core is compared with it.
 */
export class ReferenceBucket {
  status: VersioningStatus | undefined;
  #rows: readonly Row[] = [];
  /** The rows after each change, with its time. */
  readonly #history: { at: number; rows: readonly Row[] }[] = [{ at: -Infinity, rows: [] }];

  /** Puts an object or delete marker on top. `id` is the one that the core gave it. */
  write(at: number, row: Row): void {
    const kept = row.id === 'null' ? this.#rows.filter(({ key, id }) => key !== row.key || id !== 'null') : this.#rows;
    this.#change(at, [...kept, row]);
  }

  erase(at: number, row: Row): void {
    this.#change(
      at,
      this.#rows.filter((other) => other !== row),
    );
  }

  find(key: string, id: string | undefined): Row | undefined {
    return this.#rows.findLast((row) => row.key === key && (id === undefined || row.id === id));
  }

  get ids(): readonly string[] {
    return this.#rows.map((row) => row.id);
  }

  /** The listing of versions of the bucket as it was at a time. */
  versions(at: number, { prefix, delimiter }: Omit<Query, 'maxKeys'>): readonly Line[] {
    const rows = this.#asOf(at);
    const isLatest = (row: Row): boolean => rows.findLast(({ key }) => key === row.key) === row;
    const lines = rows.toReversed().map((row) => {
      const text = `${row.key} ${row.marker ? 'marker' : row.text}${isLatest(row) ? '+' : ''}`;
      return { key: row.key, id: row.id, text };
    });
    return rollUp(lines, prefix, delimiter);
  }

  /** The listing of objects. */
  objects(at: number, { prefix, delimiter }: Omit<Query, 'maxKeys'>): readonly Line[] {
    const rows = this.#asOf(at);
    const current = rows.filter((row) => !row.marker && rows.findLast(({ key }) => key === row.key) === row);
    const lines = current.map(({ key, id, text }) => ({ key, id, text: `${key} ${text}` }));
    return rollUp(lines, prefix, delimiter);
  }

  #asOf(at: number): readonly Row[] {
    return this.#history.findLast((state) => state.at <= at)?.rows ?? [];
  }

  #change(at: number, rows: readonly Row[]): void {
    this.#rows = rows;
    this.#history.push({ at, rows });
  }
}

function rollUp(lines: readonly Line[], prefix: string, delimiter: string): readonly Line[] {
  const shown = new Map<string, Line>();
  for (const line of lines) {
    if (!line.key.startsWith(prefix)) continue;
    const rest = line.key.slice(prefix.length);
    if (delimiter !== '' && rest.includes(delimiter)) {
      const common = prefix + rest.slice(0, rest.indexOf(delimiter)) + delimiter;
      shown.set(`${common}*`, { key: common, id: '', text: `${common}*` });
    } else shown.set(`${line.key} ${line.id}`, line);
  }
  // Sorting is stable, so the versions of a key stay newest first.
  return [...shown.values()].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
}
