import { JSON_BODY, formatPlace } from '../cos/index.ts';
import { BEHIND_BELIEVED_MS, CROWD_MS, HELD_BACK_EVERY_MS } from '../durations/index.ts';
import {
  decodeState,
  encodeState,
  nullable,
  number,
  object,
  oneOf,
  someText,
  text,
  type Reader,
} from '../shape/index.ts';
import type { StateDeps, Target } from './types.ts';

/** Prefix of the marks on pairs where so much has failed that a scan repairs it, instead of one task for each key. */
export const BEHIND = 'behind/';

/** ms after which each instance tries one more piece of live work while the pair is behind. */
const TRY_MS = 30_000;
/** Where a destination answers so slowly that failures are rare, a few failures within this many ms are enough. */
const LONG_MS = 120_000;
const FEW = 3;
/** ms after which an instance checks again whether a mark for late events may be written. */
const LATE_AGAIN_MS = 60_000;
/** Cause of a mark that says nothing about the destination: events come so late that others may have been dropped. */
export const EVENTS_LATE = 'EventsLate';

export type BehindPair = Pick<Target, 'source' | 'destination'>;

/** The state of a pair. Times in ms since 1970, `at` by the state bucket's clock. */
export type Behind =
  | { readonly phase: 'none' }
  /** Failed work is left to a scan. `answers`: a try has succeeded since. */
  | (Marked & { readonly phase: 'behind'; readonly answers: boolean })
  /** Failed work becomes a task again. A scan that begins late enough after `at` finds all work that was left to it. */
  | (Marked & { readonly phase: 'recovering'; readonly at: number });

interface Marked {
  readonly id: string;
  readonly since: number;
  readonly cause: string;
  /** A key that failed. A probe tries it to see whether the destination answers again. */
  readonly key: string;
}

const NONE: Behind = { phase: 'none' };

interface Circuit {
  failures: number;
  /** Time of the first of these failures, in ms since 1970. */
  first: number;
  /** Time of the last try while the pair was behind, in ms since 1970. */
  tried: number;
  believed: { readonly asked: number; readonly behind: Promise<Behind> } | undefined;
}

/** Written by runs that fail. It is never removed, only replaced. */
const down = object<Marked>({ id: someText, since: number, cause: text(), key: text() });
/** Written by `schedule` alone. It names one mark, so it can never end a newer one. */
const up = object<{ id: string; phase: 'recovering' | 'over' }>({ id: someText, phase: oneOf(['recovering', 'over']) });
/** Written by runs that succeed. */
const news = object<{ id: string | null }>({ id: nullable(text()) });

/**
 * Decides when a pair has failed so often that its work is left to a scan. `schedule` says that much failed work waits
 * for a destination. An instance that then gets only failures from it marks the pair. From then on failures leave no
 * task, and almost nothing is tried, until a try succeeds. `schedule` takes the mark up, and begins a scan when no run
 * can rely on the mark any longer. Work that belongs to one key alone (open uploads, delete markers that may come late)
 * stays a task.
 */
export class BehindMarks {
  readonly #deps: StateDeps;
  readonly #now = (): number => this.#deps.now();
  readonly #inARow: number;
  readonly #circuits = new Map<string, Circuit>();
  /** Time in ms since 1970 before which late events are ignored. */
  readonly #lateAgain = new Map<string, number>();

  /** `inARow`: failures of one instance, without a success in between, that mark a pair of a crowded destination. */
  constructor(deps: StateDeps, inARow: number) {
    this.#deps = deps;
    this.#inARow = inARow;
  }

  /** As `readBehind`. */
  read(pair: BehindPair): Promise<Behind> {
    return readBehind(this.#deps, pair);
  }

  /** Whether the work of an event is tried. False when the pair is behind; a scan will then do the work. */
  async mayTry(pair: BehindPair): Promise<boolean> {
    const circuit = this.#circuits.get(keyOf(pair));
    if (circuit === undefined || !(await this.#isBehind(pair, circuit))) return true;
    const now = this.#now;
    if (now() - circuit.tried < TRY_MS) return false;
    circuit.tried = now();
    return true;
  }

  /** Notes that a key was brought up to date. */
  async succeeded(pair: BehindPair): Promise<void> {
    if (!this.#circuits.has(keyOf(pair))) return;
    if (await this.answers(pair)) this.#circuits.delete(keyOf(pair));
  }

  /** The same for work that had failed before, perhaps elsewhere. Returns false when it could not be written. */
  async answers(pair: BehindPair): Promise<boolean> {
    try {
      const behind = await this.read(pair);
      if (behind.phase === 'behind' && !behind.answers) await this.#put(nameOf(pair, 'news'), { id: behind.id });
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Notes a failure that may be the pair's own fault. Returns true when the pair is behind, so that the work may be
   * left to the scan.
   */
  async failed(pair: Target, cause: string): Promise<boolean> {
    const now = this.#now;
    const known = this.#circuits.get(keyOf(pair));
    const circuit = known ?? { failures: 0, first: now(), tried: now(), believed: undefined };
    this.#circuits.set(keyOf(pair), circuit);
    circuit.failures += 1;
    if (await this.#isBehind(pair, circuit)) {
      // Failures during the repair are counted from the start.
      Object.assign(circuit, { failures: 0, first: now() });
      return true;
    }
    const isLong = now() - circuit.first >= LONG_MS && circuit.failures >= Math.min(FEW, this.#inARow);
    if (!isLong && circuit.failures < this.#inARow) return false;
    try {
      if (!(await this.#isCrowded(pair))) return false;
      await this.#mark(pair, circuit.first, cause);
      circuit.believed = undefined;
      return true;
    } catch {
      return false;
    }
  }

  /** An event came so late that the platform may have dropped others. A scan must find the versions of those. */
  async eventsAreLate(pair: Target, since: number): Promise<void> {
    const now = this.#now;
    if (now() < (this.#lateAgain.get(keyOf(pair)) ?? 0)) return;
    const [last, { phase }] = await Promise.all([readMark(this.#deps, nameOf(pair, 'down'), down), this.read(pair)]);
    const age = last?.value.cause === EVENTS_LATE ? last.date - last.lastModified : HELD_BACK_EVERY_MS;
    // An existing mark brings a scan in any case, but perhaps one that has already begun.
    const wait = phase === 'none' ? HELD_BACK_EVERY_MS - age : LATE_AGAIN_MS;
    this.#lateAgain.set(keyOf(pair), now() + (wait > 0 ? wait : HELD_BACK_EVERY_MS));
    // Nothing fails here, so no success has to come before the scan may begin.
    if (wait <= 0) await this.#put(nameOf(pair, 'news'), { id: await this.#mark(pair, since, EVENTS_LATE) });
  }

  /** For `schedule`: records that much failed work waits for this destination. */
  async crowd(destination: string): Promise<void> {
    await this.#put(crowdName(destination), {});
  }

  /** For `schedule`: from now on failures become tasks again. */
  async takeUp(pair: BehindPair, id: string): Promise<void> {
    await this.#put(nameOf(pair, 'up'), { id, phase: 'recovering' });
  }

  /** For `schedule`: a scan has done all work that was left to it. */
  async end(pair: BehindPair, id: string): Promise<void> {
    await this.#put(nameOf(pair, 'up'), { id, phase: 'over' });
  }

  /** By the mark that was last read. `schedule` waits as long as a run may rely on that. */
  async #isBehind(pair: BehindPair, circuit: Circuit): Promise<boolean> {
    const now = this.#now;
    // A mark is read anew after this time.
    if (circuit.believed === undefined || now() - circuit.believed.asked >= BEHIND_BELIEVED_MS)
      circuit.believed = { asked: now(), behind: this.read(pair).catch(() => NONE) };
    const { asked, behind } = circuit.believed;
    const { phase } = await behind;
    // A mark that was read longer ago counts for nothing.
    return phase === 'behind' && now() - asked < BEHIND_BELIEVED_MS;
  }

  async #isCrowded({ destination }: BehindPair): Promise<boolean> {
    const { cos, state } = this.#deps;
    const told = await cos.getObject(state, crowdName(formatPlace(destination)));
    return told !== undefined && told.date - told.lastModified < CROWD_MS;
  }

  async #mark(pair: Target, since: number, cause: string): Promise<string> {
    const id = this.#deps.unique();
    await this.#put(nameOf(pair, 'down'), { id, since, cause, key: pair.key } satisfies Marked);
    return id;
  }

  async #put(name: string, document: object): Promise<void> {
    const { cos, state } = this.#deps;
    await cos.putObject(state, name, encodeState(document), JSON_BODY);
  }
}

const keyOf = ({ source, destination }: BehindPair): string => `${formatPlace(destination)}/${formatPlace(source)}`;
const nameOf = (pair: BehindPair, what: 'down' | 'up' | 'news'): string => `${BEHIND}${keyOf(pair)}/${what}`;
const crowdName = (destination: string): string => `${BEHIND}${destination}/crowded`;

type ReadDeps = Pick<StateDeps, 'cos' | 'state'>;

/** The state of the pair now. Throws `CosError`, `InvalidStateObject`. */
export async function readBehind(deps: ReadDeps, pair: BehindPair): Promise<Behind> {
  const mark = await readMark(deps, nameOf(pair, 'down'), down);
  if (mark === undefined) return NONE;
  const [taken, told] = await Promise.all([
    readMark(deps, nameOf(pair, 'up'), up),
    readMark(deps, nameOf(pair, 'news'), news),
  ]);
  const { id } = mark.value;
  // A document about another mark does not end this one.
  if (taken?.value.id !== id) return { ...mark.value, phase: 'behind', answers: told?.value.id === id };
  return taken.value.phase === 'over' ? NONE : { ...mark.value, phase: 'recovering', at: taken.lastModified };
}

async function readMark<T>({ cos, state }: ReadDeps, name: string, read: Reader<T>) {
  const found = await cos.getObject(state, name);
  if (found === undefined) return undefined;
  const { body, date, lastModified } = found;
  return { value: decodeState(name, body, read), date, lastModified };
}
