import { JSON_BODY, putNew } from '../cos/index.ts';
import { decodeLease, encodeLease } from './documents.ts';
import { digestOfTarget, knockName } from './names.ts';
import type { StateDeps, Target } from './types.ts';
import { KNOCK_REACH_MS, KNOCK_SLACK_MS, ROUNDING_MS, TAKEN_REMEMBERED_MS } from '../durations/index.ts';

/** The most keys that an instance remembers as taken. */
const MOST_KEYS = 1000;

/** How far this instance's clock is behind COS's in ms, and when that was measured. */
interface Taken {
  readonly at: number;
  readonly behind: number;
}

/**
 * A knock: a run that finds a key taken signals the run that holds it. There is one object per key, so a thousand
 * knocks cost no more than one: a run that finds a knock has nothing to add. The holder deletes the knock before it
 * looks, and asks for another one after it has given the key back. Nobody relies on the holder: the sweep of leases,
 * which lie beside it, finds a knock that stays.
 */
export class Knocks {
  readonly #deps: StateDeps;
  readonly #taken = new Map<string, Taken>();

  constructor(deps: StateDeps) {
    this.#deps = deps;
  }

  /** Remembers that the key was taken at COS's time `date` (ms since 1970). */
  noteTaken(target: Target, date: number): void {
    const at = this.#deps.now();
    const digest = this.#digest(target);
    this.#taken.delete(digest);
    this.#taken.set(digest, { at, behind: date - at });
    const [oldest] = this.#taken.keys();
    if (this.#taken.size > MOST_KEYS && oldest !== undefined) this.#taken.delete(oldest);
  }

  /** COS's time in ms since 1970, if the key was taken a moment ago and so probably still is. */
  dateIfTaken(target: Target): number | undefined {
    const taken = this.#taken.get(this.#digest(target));
    if (taken === undefined) return undefined;
    const now = this.#deps.now();
    return Math.abs(now - taken.at) < TAKEN_REMEMBERED_MS ? now + taken.behind : undefined;
  }

  /**
   * The depth of the look that a knock now must ask for, in microseconds since 1970. `date`: COS's time, ms since 1970.
   */
  floorAt(floor: number, date: number): number {
    return Math.min(floor - KNOCK_SLACK_MS * 1000, (date - KNOCK_REACH_MS - ROUNDING_MS) * 1000);
  }

  /**
   * Asks for one more look with the depth `floor` (microseconds since 1970). `waiting`: a knock of that depth was there
   * already, and the run that deletes it looks afterwards. `left`: this is the first knock, so the caller must make
   * sure that the key is still held. `shallow`: the existing knock asks for less depth. `date`: COS's time, ms since
   * 1970.
   */
  async knock(target: Target, floor: number, date: number): Promise<'left' | 'waiting' | 'shallow'> {
    const { cos, state } = this.#deps;
    const record = this.#record(target, this.floorAt(floor, date));
    if (await putNew(cos, state, this.#name(target), record, JSON_BODY)) return 'left';
    if (floor / 1000 >= date - KNOCK_REACH_MS) return 'waiting';
    const there = await this.floor(target);
    return there !== undefined && there <= floor ? 'waiting' : 'shallow';
  }

  /** Writes a deleted knock again, because its look has not been completed. `floor`: the depth of that look. */
  async putBack(target: Target, floor: number): Promise<void> {
    const { cos, state } = this.#deps;
    await cos.putObject(state, this.#name(target), this.#record(target, floor), JSON_BODY);
  }

  /** Depth of the look that a knock asks for, in microseconds since 1970; undefined when there is no knock. */
  async floor(target: Target): Promise<number | undefined> {
    const name = this.#name(target);
    const object = await this.#deps.cos.getObject(this.#deps.state, name);
    return object && decodeLease(name, object.body).floor;
  }

  /** Deletes the knock. Call it after the key was taken and before it is looked at: later writes then knock again. */
  async takeAway(target: Target): Promise<void> {
    await this.#deps.cos.deleteObject(this.#deps.state, this.#name(target));
  }

  /** In the form of an expired lease, which it becomes if nobody hears it. */
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
