import { JSON_BODY, putNew } from '../cos/index.ts';
import { decodeLease, encodeLease } from './documents.ts';
import { digestOfTarget, knockName } from './names.ts';
import type { StateDeps, Target } from './types.ts';
import { KNOCK_REACH_MS, KNOCK_SLACK_MS, ROUNDING_MS, TAKEN_REMEMBERED_MS } from '../durations/index.ts';

/** Keys of which an instance remembers that. */
const MOST_KEYS = 1000;

/** By how much this instance's clock is behind COS's, in ms, and when that was found out. */
interface Taken {
  readonly at: number;
  readonly behind: number;
}

/**
 * How a run that finds a key taken tells the run that holds it. One object per key, so a thousand knocks cost no more than one:
 * whoever finds it there has nothing to add. The holder takes it away before it looks, and after it has given the key back it
 * asks whether one came meanwhile. Nobody relies on the holder: a knock that stays is found by the sweep of leases, beside
 * which it lies.
 */
export class Knocks {
  readonly #deps: StateDeps;
  readonly #taken = new Map<string, Taken>();

  constructor(deps: StateDeps) {
    this.#deps = deps;
  }

  /** Remembers that the key was taken when COS's own clock said `date` (ms since 1970). */
  noteTaken(target: Target, date: number): void {
    const at = this.#deps.now();
    const digest = this.#digest(target);
    this.#taken.delete(digest);
    this.#taken.set(digest, { at, behind: date - at });
    const [oldest] = this.#taken.keys();
    if (this.#taken.size > MOST_KEYS && oldest !== undefined) this.#taken.delete(oldest);
  }

  /** COS's time, in ms since 1970, where the key was taken a moment ago, so that it probably still is. */
  dateIfTaken(target: Target): number | undefined {
    const taken = this.#taken.get(this.#digest(target));
    if (taken === undefined) return undefined;
    const now = this.#deps.now();
    return Math.abs(now - taken.at) < TAKEN_REMEMBERED_MS ? now + taken.behind : undefined;
  }

  /** How deep a look has to be for a knock of this moment, in microseconds since 1970. `date`: COS's time, ms since 1970. */
  floorAt(floor: number, date: number): number {
    return Math.min(floor - KNOCK_SLACK_MS * 1000, (date - KNOCK_REACH_MS - ROUNDING_MS) * 1000);
  }

  /**
   * Asks for one more look, as deep as `floor` (microseconds since 1970). `waiting`: a knock that asks for as much was there
   * already, and whoever takes it away looks afterwards. `left`: this is the first one, so it has to be made sure that somebody
   * still holds the key. `shallow`: one is there that asks for less. `date`: COS's time, ms since 1970.
   */
  async knock(target: Target, floor: number, date: number): Promise<'left' | 'waiting' | 'shallow'> {
    const { cos, state } = this.#deps;
    const record = this.#record(target, this.floorAt(floor, date));
    if (await putNew(cos, state, this.#name(target), record, JSON_BODY)) return 'left';
    if (floor / 1000 >= date - KNOCK_REACH_MS) return 'waiting';
    const there = await this.floor(target);
    return there !== undefined && there <= floor ? 'waiting' : 'shallow';
  }

  /** Of one that was taken away, and of whose look nothing came yet. `floor`: how deep that had to be. */
  async putBack(target: Target, floor: number): Promise<void> {
    const { cos, state } = this.#deps;
    await cos.putObject(state, this.#name(target), this.#record(target, floor), JSON_BODY);
  }

  /** How deep to look, in microseconds since 1970; undefined: nobody has knocked. */
  async floor(target: Target): Promise<number | undefined> {
    const name = this.#name(target);
    const object = await this.#deps.cos.getObject(this.#deps.state, name);
    return object && decodeLease(name, object.body).floor;
  }

  /** To be done after the key was taken and before it is looked at: what is written from now on knocks anew. */
  async takeAway(target: Target): Promise<void> {
    await this.#deps.cos.deleteObject(this.#deps.state, this.#name(target));
  }

  /** Reads as the record of a run that is over: it becomes one when nobody hears it. */
  #record({ source, destination, key }: Target, floor: number): Uint8Array {
    return encodeLease({ source, destination, key, floor, since: Number.POSITIVE_INFINITY, id: '', duration: 0 });
  }

  #name(target: Target): string {
    return knockName(this.#digest(target));
  }

  #digest(target: Target): string {
    return digestOfTarget(target, this.#deps.hash);
  }
}
