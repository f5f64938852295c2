import { ServiceError, type Side } from '../errors/index.ts';
import { samePlace, type Cos, type HeadResult, type Place } from '../cos/index.ts';
import type { Hash } from '../signing/index.ts';
import type { TaskObject, Tasks } from '../tasks/index.ts';
import { HandOver } from './errors.ts';
import { attemptId, digestOf } from './marker.ts';
import { isSealed, sealedHead } from './sealed.ts';
import type { Marker, Skip, StackItem, Work } from './types.ts';

/** A function's clock may run ahead of the destination's by this much, in ms; markers younger than that count as late. */
export const CLOCK_DOUBT_MS = 15_000;

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
}

export interface EngineDeps {
  readonly cos: Cos;
  readonly hash: Hash;
  /** ms since 1970. */
  now(): number;
  /** A fresh text of letters and digits, never given twice. */
  unique(): string;
  readonly settings: Settings;
  /** Where an upload is written down that a killed run would leave; without it only runs that end by themselves tell. */
  readonly tasks?: Pick<Tasks, 'defer' | 'complete' | 'ofKey'>;
}

/** What one run knows and has done; it lives as long as the run and goes from look to look. */
export class Session {
  readonly deps: EngineDeps;
  readonly work: Work;
  /** Digest of the place where replicas of this key belong, and of the key's own place at the source. */
  readonly digest: string;
  readonly sourceDigest: string;
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
  readonly counts = { copied: 0, marked: 0, removed: 0, bytes: 0 };
  /** Set when a full look wrote on the word of listings that may be too young. */
  lookAgain: number | undefined;
  /** ms since 1970: no step is begun after it. */
  readonly stop: number;
  /** The waiting tasks that this run wrote for uploads it began, by upload. */
  readonly records = new Map<string, TaskObject>();
  #destinationClock: { readonly date: number; readonly at: number } | undefined;

  constructor(deps: EngineDeps, work: Work, stop: number) {
    this.deps = deps;
    this.work = work;
    this.stop = stop;
    this.digest = digestOf(work.destination, work.key, deps.hash);
    this.sourceDigest = digestOf(work.source, work.key, deps.hash);
  }

  /** Throws `HandOver` when the run's time is over. */
  checkTime(): void {
    if (this.deps.now() >= this.stop) throw new HandOver('The time of this run is over');
  }

  async headSource(versionId?: string): Promise<HeadResult> {
    return this.at('source', () => this.#head(this.work.source, versionId));
  }

  async headDestination(versionId?: string): Promise<HeadResult> {
    const result = await this.at('destination', () => this.#head(this.work.destination, versionId));
    this.#destinationClock = { date: result.date, at: this.deps.now() };
    return result;
  }

  async #head(place: Place, versionId: string | undefined): Promise<HeadResult> {
    try {
      return await this.deps.cos.headObject(place, this.work.key, versionId);
    } catch (error) {
      // A refusal brings no date; ours may run ahead, and an attempt must not seem younger than what it writes.
      const date = this.deps.now() - CLOCK_DOUBT_MS;
      const sealed = isSealed(error) ? await sealedHead(this, place, versionId, date) : undefined;
      if (sealed === undefined) throw error;
      return sealed;
    }
  }

  /** A fresh attempt ID; its time is the destination's, and not later than anything the attempt will write. */
  async attempt(named = true, inParts = false): Promise<Pick<Marker, 'id' | 'attempted' | 'named' | 'inParts'>> {
    if (this.#destinationClock === undefined) await this.headDestination();
    const { date, at } = this.#destinationClock as { date: number; at: number };
    const attempted = date + Math.max(0, this.deps.now() - at - 1000);
    return {
      named,
      ...(inParts ? { inParts } : {}),
      id: attemptId(attempted, named, this.deps.unique(), this.digest, inParts),
      attempted: Math.floor(attempted / 1000) * 1000,
    };
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

/** What a copied version becomes in the stack. */
export const stackItem = (versionId: string, time: number, marker: NonNullable<StackItem['marker']>): StackItem => ({
  versionId,
  time,
  kind: 'replica',
  marker,
});
