/** Versions and bytes of a key that is right although not every version in scope has a replica. */
export interface Note {
  /** Versions that cannot be copied: archived, encrypted with a customer key, … */
  readonly skipped: readonly [versions: number, bytes: number];
  /** Versions whose replicas count as removed by the destination's lifecycle. */
  readonly expired: readonly [versions: number, bytes: number];
  /** Versions that no rule covers because of their tags, or that are replicas themselves. */
  readonly outside: readonly [versions: number, bytes: number];
}

const HASH_BYTES = 12;
const LINE_FEED = 0x0a;

interface Head {
  readonly proved: number;
  readonly expected: number;
  readonly notes: Readonly<Record<string, Note>>;
}

/**
 * The keys of a range that were proved right, by a hash of their stacks; and expectations: keys that were written, and
 * will be right once both listings show exactly that. Later scans use only what was proved; expectations are for the
 * next pass.
 */
export class Ledger {
  readonly #proved = new Set<string>();
  readonly #expected = new Set<string>();
  readonly #notes = new Map<string, Note>();

  get isEmpty(): boolean {
    return this.#proved.size + this.#expected.size === 0;
  }

  isProved(hash: string): boolean {
    return this.#proved.has(hash);
  }

  isExpected(hash: string): boolean {
    return this.#expected.has(hash);
  }

  noteOf(hash: string): Note | undefined {
    return this.#notes.get(hash);
  }

  prove(hash: string, note?: Note): void {
    this.#proved.add(hash);
    this.#expected.delete(hash);
    if (note !== undefined) this.#notes.set(hash, note);
  }

  expect(hash: string, note?: Note): void {
    this.#expected.add(hash);
    if (note !== undefined) this.#notes.set(hash, note);
  }

  /** Drops expectations that did not come true. Called at the end of a range. */
  forgetExpected(): void {
    for (const hash of this.#expected) this.#notes.delete(hash);
    this.#expected.clear();
  }

  /** Adds the proved keys of another ledger, which covers this range and perhaps more. */
  include(other: Ledger): void {
    for (const hash of other.#proved) this.#proved.add(hash);
    for (const hash of other.#expected) this.#expected.add(hash);
    for (const [hash, note] of other.#notes) this.#notes.set(hash, note);
  }

  /** A line of JSON, then the hashes of twelve bytes each, the proved ones first. */
  encode(): Uint8Array {
    const head: Head = {
      proved: this.#proved.size,
      expected: this.#expected.size,
      notes: Object.fromEntries(this.#notes),
    };
    const hashes = Buffer.from([...this.#proved, ...this.#expected].join(''), 'hex');
    return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), hashes]);
  }

  /** An unreadable ledger counts as empty. Losing one costs requests, but never correctness. */
  static decode(body: Uint8Array): Ledger {
    const ledger = new Ledger();
    try {
      const end = body.indexOf(LINE_FEED);
      const head = JSON.parse(Buffer.from(body.subarray(0, end)).toString('utf8')) as Head;
      const hex = Buffer.from(body.subarray(end + 1)).toString('hex');
      const digits = HASH_BYTES * 2;
      if (hex.length !== (head.proved + head.expected) * digits) return new Ledger();
      for (let i = 0; i < head.proved; i += 1) ledger.#proved.add(hex.slice(i * digits, (i + 1) * digits));
      for (let i = head.proved; i < head.proved + head.expected; i += 1)
        ledger.#expected.add(hex.slice(i * digits, (i + 1) * digits));
      for (const [hash, note] of Object.entries(head.notes)) ledger.#notes.set(hash, note);
      return ledger;
    } catch {
      return new Ledger();
    }
  }
}
