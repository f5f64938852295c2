import { ServiceError, type Side } from '../errors/index.ts';
import { samePlace, type Cos, type HeadResult, type ObjectHead, type Place } from '../cos/index.ts';
import type { Hash } from '../signing/index.ts';
import type { TaskObject, Tasks } from '../tasks/index.ts';
import { HandOver } from './errors.ts';
import { attemptId, claimOf, signerFor, writeMarker } from '../identity/index.ts';
import { MarkBook } from './deletion-records.ts';
import { rankOf } from '../identity/index.ts';
import { Passed } from './look/passed.ts';
import { isSealed, sealedHead } from './look/sealed.ts';
import type { Claim, Keyring, Marker } from '../identity/index.ts';
import type { OwnItem, Skip, StackItem, Work } from './types.ts';
import { isNull } from '../identity/index.ts';
import type { VersioningWatch } from './act/versioning.ts';

/** A function's clock may run ahead of the destination's by this much, in ms; markers younger than that count as late. */
export const CLOCK_DOUBT_MS = 15_000;

/** Metadata of so many versions is kept, of at most some KB each. */
const HEADS_KEPT = 32;

export interface Settings {
  /** ms: listings may lack what was written within this time. */
  readonly settleMs: number;
  /** Bytes of user metadata that COS takes. */
  readonly metadataLimit: number;
  /** Objects above this many bytes are left to a run with more time. */
  readonly inlineBytes: number;
  /** Objects from this many bytes on are copied in parts; one request copies at most 5 GB. */
  readonly largeFrom: number;
  /** Whether a destination's 404 is known to tell a delete marker from nothing (proved by pre-flight). */
  markerTold(destination: Place): boolean;
  /**
   * State bucket of the deployment that replicates from this bucket, when the bucket is both a source and a destination:
   * part of a two-way set-up, a mesh, a ring or a chain.
   */
  sharedWith(place: Place): Place | undefined;
}

/** A moment by the destination's own clock, and the local time (ms since 1970) at which its answer came. */
export interface DestinationClock {
  seen: { readonly date: number; readonly at: number } | undefined;
}

export interface EngineDeps {
  readonly cos: Cos;
  readonly hash: Hash;
  /** The state bucket. */
  readonly state: Place;
  /** What markers are signed and verified with. */
  readonly keys: Keyring;
  /** ms since 1970. */
  now(): number;
  /** A fresh text of letters and digits, never given twice. */
  unique(): string;
  readonly settings: Settings;
  readonly versioning: VersioningWatch;
  /** What is known of the destination's clock, where several runs of one instance share it. */
  readonly destinationClock?: DestinationClock;
  /** Where an upload is written down that a killed run would leave; without it only runs that end by themselves tell. */
  readonly tasks?: Pick<Tasks, 'defer' | 'complete' | 'ofKey'>;
}

/** What one run knows and has done; it lives as long as the run and goes from look to look. */
export class Session {
  readonly deps: EngineDeps;
  readonly work: Work;
  /** Source entries that any look has seen, by ID. */
  readonly seen = new Set<string>();
  /** Delete markers this run made at the destination. */
  readonly mine = new Set<string>();
  /** What this run wrote at the destination, newest last; a listing may not show it yet. */
  readonly written: StackItem[] = [];
  /** Versions this run removed at the destination. */
  readonly removed = new Set<string>();
  /** Destination versions read before: they do not change, so one HEAD is enough. */
  readonly known = new Map<string, StackItem>();
  readonly skipped = new Map<string, Skip>();
  /** Replicas, by version ID, whose tags and ACL are known to be those of their source. */
  readonly compared = new Set<string>();
  /** Source entries that turned out not to be copied, by ID; they are not examined twice. */
  readonly excluded = new Set<string>();
  /** What earlier runs have found out of such entries. */
  readonly passed: Passed;
  /** Attempts that versions at the source bear, by the ID of their reference. */
  readonly sourceAttempts = new Map<string, string | undefined>();
  /** What a HEAD of the source's current version last showed. */
  current: HeadResult | undefined;
  /** Delete markers at the destination, when it is a source too: what each of ours stands for. */
  readonly marks: MarkBook | undefined;
  /** The same at the source. */
  readonly sourceMarks: MarkBook | undefined;
  readonly counts = { copied: 0, marked: 0, removed: 0, retagged: 0, bytes: 0 };
  /** Set when a full look wrote on the word of listings that may be too young. */
  lookAgain: number | undefined;
  /** ms since 1970: no step is begun after it. */
  readonly stop: number;
  /** The waiting tasks that this run wrote for uploads it began, by upload. */
  readonly records = new Map<string, TaskObject>();
  readonly #confirm: () => Promise<void>;
  readonly #heads: ObjectHead[] = [];
  readonly #dangling = new Map<string, Promise<boolean>>();
  readonly #destinationClock: DestinationClock;

  constructor(deps: EngineDeps, work: Work, stop: number, confirm: () => Promise<void> = () => Promise.resolve()) {
    this.deps = deps;
    this.work = work;
    this.stop = stop;
    this.#confirm = confirm;
    this.#destinationClock = deps.destinationClock ?? { seen: undefined };
    // Waited for before anything is written; a run that writes nothing need not know.
    void this.#checkVersioned().catch(() => undefined);
    const bookAt = (state: Place | undefined) => (state === undefined ? undefined : new MarkBook(deps, state));
    this.marks = bookAt(deps.settings.sharedWith(work.destination));
    this.sourceMarks = bookAt(deps.settings.sharedWith(work.source));
    this.passed = new Passed(deps, work, String(deps.settings.metadataLimit));
  }

  /** What is known of a destination version from an earlier look, or because this run wrote it. */
  knownItem(versionId: string, etag: string): StackItem | undefined {
    const written = isNull(versionId) ? undefined : this.written.find((item) => item.versionId === versionId);
    return written ?? this.known.get(`${versionId}/${etag}`);
  }

  /** Remembers the metadata of a few versions of the destination: what is put in order is copied within moments. */
  keepHead(head: ObjectHead): void {
    if (isNull(head.versionId)) return;
    this.#heads.push(head);
    if (this.#heads.length > HEADS_KEPT) this.#heads.shift();
  }

  /** Of a version at the destination; asked for unless it was read a moment ago. Undefined: it has gone. */
  async headOf(versionId: string): Promise<ObjectHead | undefined> {
    const kept = this.#heads.find((head) => head.versionId === versionId);
    if (kept !== undefined) return kept;
    const result = await this.headDestination(versionId);
    return result.found ? result.head : undefined;
  }

  /** What a version that bears a marker of ours is in the destination's stack. */
  itemOf(versionId: string, time: number, marker: Marker): OwnItem {
    if (this.marks === undefined) return { versionId, time, kind: 'replica', marker };
    const kind = this.isOfSource(marker.source) ? 'replica' : 'other';
    return { versionId, time, kind, marker, rank: rankOf(marker.ref, marker.source.bucket) };
  }

  /** Grows with everything that this run has done or found out for good. */
  get progress(): number {
    const { copied, marked, removed, retagged } = this.counts;
    return copied + marked + removed + retagged + this.excluded.size - this.passed.unread.size;
  }

  /** Throws `HandOver` when the run's time is over. */
  checkTime(): void {
    if (this.deps.now() >= this.stop) throw new HandOver('The time of this run is over');
  }

  /**
   * To be asked before each write: nothing is overwritten, and nothing written by rules that are no longer there. Throws
   * `BucketNotVersioned`, `RulesChanged`, `CosError`.
   */
  async writable(): Promise<void> {
    await this.#confirm();
    await this.#checkVersioned();
  }

  #checkVersioned(): Promise<void> {
    return this.at('destination', () => this.deps.versioning.check(this.work.destination));
  }

  async headSource(versionId?: string): Promise<HeadResult> {
    return this.at('source', () => this.#head('source', versionId));
  }

  /**
   * Whether a version that is listed, and that a HEAD does not find, is a symbolic link that leads nowhere: it is there all
   * the same, and no lagging listing shows it. Asked once per version and run.
   */
  isDangling(side: 'source' | 'destination', versionId: string): Promise<boolean> {
    const name = `${side}/${versionId}`;
    const known = this.#dangling.get(name);
    if (known !== undefined) return known;
    const asked = this.at(side, () => this.deps.cos.isSymlink(this.work[side], this.work.key, versionId));
    this.#dangling.set(name, asked);
    return asked;
  }

  async headDestination(versionId?: string): Promise<HeadResult> {
    const result = await this.at('destination', () => this.#head('destination', versionId));
    this.#destinationClock.seen = { date: result.date, at: this.deps.now() };
    return result;
  }

  async #head(side: 'source' | 'destination', versionId: string | undefined): Promise<HeadResult> {
    try {
      return await this.deps.cos.headObject(this.work[side], this.work.key, versionId);
    } catch (error) {
      // A refusal brings no date; ours may run ahead, and an attempt must not seem younger than what it writes.
      const date = this.deps.now() - CLOCK_DOUBT_MS;
      const sealed = isSealed(error) ? await sealedHead(this, side, versionId, date) : undefined;
      if (sealed === undefined) throw error;
      return sealed;
    }
  }

  /** A fresh attempt ID; its time is the destination's, and not later than anything the attempt will write. */
  async attempt(named = true, inParts = false): Promise<Pick<Marker, 'id' | 'attempted' | 'named' | 'inParts'>> {
    if (this.#destinationClock.seen === undefined) await this.headDestination();
    const { date, at } = this.#destinationClock.seen as { date: number; at: number };
    const attempted = date + Math.max(0, this.deps.now() - at - 1000);
    return {
      named,
      ...(inParts ? { inParts } : {}),
      id: attemptId(attempted, named, this.deps.unique(), inParts),
      attempted: Math.floor(attempted / 1000) * 1000,
    };
  }

  /**
   * What a version of the key is at the source or at the destination. Where nobody replicates to, nothing is a replica,
   * whatever it says. Throws `CosError` when the keys of the deployments cannot be read.
   */
  async claimOf(head: ObjectHead, side: 'source' | 'destination'): Promise<Claim> {
    if (side === 'source' && this.sourceMarks === undefined) return { kind: 'none' };
    const { deps, work } = this;
    return this.at('state', () => claimOf(deps, head, work[side], work.key));
  }

  /** User metadata of a replica that is about to be written: that of its original and the signed marker. */
  async withMarker(own: ObjectHead['meta'], marker: Marker): Promise<Record<string, string>> {
    const { deps, work } = this;
    const key = await this.at('state', () => deps.keys.newest());
    return writeMarker(own, marker, signerFor(key, deps.hash, work.destination, work.key));
  }

  skip(skip: Skip): void {
    this.skipped.set(skip.versionId, skip);
  }

  /** Names the side that failed on errors of the call. */
  async at<T>(side: Side, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (error instanceof ServiceError) error.side ??= side;
      throw error;
    }
  }

  isOfSource(place: Place): boolean {
    return samePlace(place, this.work.source);
  }
}
