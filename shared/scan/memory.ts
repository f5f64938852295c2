import type { Hash } from '../signing/index.ts';
import { CLOCK_DOUBT_MS } from '../durations/index.ts';
import type { RangeDocument } from './documents.ts';
import { Ledger, type Note } from './ledger.ts';
import type { KeyStacks } from './merge.ts';
import { hashOfStacks, StackHash } from './stack-hash.ts';
import type { PairStore } from './store.ts';
import type { KeyTally } from './tally.ts';
import { listedAs, type Treated } from './treat.ts';

export interface MemoryOptions {
  readonly hash: Hash;
  readonly salt: string;
  /** ms since 1970 */
  readonly now: () => number;
  readonly settleMs: number;
  /** Whether tags and ACLs are compared. */
  readonly compares: boolean;
}

/** The knowledge of a scan about the keys of a range: its own proofs, and those of earlier scans. */
export class Memory {
  /** The keys that this scan has proved. Ledgers of earlier scans are only read. */
  ledger = new Ledger();
  readonly #earlier = new Ledger();
  readonly #options: MemoryOptions;
  readonly #stack: StackHash;

  constructor(options: MemoryOptions) {
    this.#options = options;
    this.#stack = new StackHash(options.hash, options.salt);
  }

  async load(store: PairStore, range: RangeDocument): Promise<void> {
    this.ledger = await store.ledger(store.ledgerName(range.scan, range.number));
    for (const name of range.ledgers) this.#earlier.include(await store.ledger(name));
  }

  /** Whether a key with these stacks needs no look. */
  isRemembered({ hash, youngest }: KeyTally, { pass }: RangeDocument): boolean {
    // P47b: Earlier proofs say nothing about tags and ACLs.
    if (!this.#options.compares && this.#earlier.isProved(hash)) return true;
    if (this.ledger.isProved(hash)) return true;
    // The written versions are listed as expected, and both listings have settled.
    return pass > 1 && this.ledger.isExpected(hash) && this.isSettled(youngest);
  }

  /**
   * Whether a key is deleted at the source, was proved by an earlier scan, and has no version at the destination any
   * more. Listings do not distinguish it from a key that was never replicated, whose versions would be copied and be
   * visible until they are hidden again.
   */
  isGone({ destination, whole }: KeyStacks, { deleted }: KeyTally): boolean {
    if (deleted === undefined || !whole || !destination.every((entry) => entry.deleteMarker)) return false;
    // P46: Only the proof of a scan shows that the replicas were there.
    return this.#earlier.isProved(deleted) || this.ledger.isProved(deleted);
  }

  prove({ hash, deleted }: KeyTally, note: Note | undefined): void {
    this.ledger.prove(hash, note);
    // A skipped version may be copied some day, so it is not known to have been there.
    const allWereThere = note === undefined || note.skipped[0] + note.outside[0] === 0;
    if (deleted !== undefined && allWereThere) this.ledger.prove(deleted);
  }

  expect({ key, source }: KeyStacks, tally: KeyTally, { written, note }: NonNullable<Treated['expected']>): void {
    const rules = new Map(tally.covered.map(({ versionId, rule }) => [versionId, rule]));
    const hash = hashOfStacks(
      this.#stack,
      { key, terms: tally.rules.terms },
      source.map((entry) => ({ entry, rule: rules.get(entry.versionId) ?? '' })),
      written.map((versionId) => listedAs(key, versionId)),
    );
    this.ledger.expect(hash, note);
  }

  noteOf(hash: string): Note | undefined {
    return this.#earlier.noteOf(hash) ?? this.ledger.noteOf(hash);
  }

  /** Whether no entry of the key is too young for its listings to be complete. */
  isSettled(youngest: number): boolean {
    const { now, settleMs } = this.#options;
    return youngest < now() - settleMs - CLOCK_DOUBT_MS;
  }
}
