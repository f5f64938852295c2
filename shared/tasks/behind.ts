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

/** Pairs at which so much has failed that a scan repairs it, and not one task for each key. */
export const BEHIND = 'behind/';

/** ms after which one more piece of live work is tried, by each instance, while the pair is behind. */
const TRY_MS = 30_000;
/** Where a destination answers so slowly that nothing fails often, a few failures in this many ms do as well. */
const LONG_MS = 120_000;
const FEW = 3;
/** ms after which it is looked again whether there may be one. */
const LATE_AGAIN_MS = 60_000;
/** Cause of a mark that says nothing of the destination: events come so late that others may have been dropped. */
export const EVENTS_LATE = 'EventsLate';

export type BehindPair = Pick<Target, 'source' | 'destination'>;

/** Where a pair stands. Times in ms since 1970, `at` by the state bucket's clock. */
export type Behind =
  | { readonly phase: 'none' }
  /** Failed work is left to a scan. `answers`: something has succeeded since. */
  | (Marked & { readonly phase: 'behind'; readonly answers: boolean })
  /** Failed work is a task again; a scan that begins late enough after `at` finds all that was left to it. */
  | (Marked & { readonly phase: 'recovering'; readonly at: number });

interface Marked {
  readonly id: string;
  readonly since: number;
  readonly cause: string;
  /** One that failed: who wants to know whether anything answers again tries this. */
  readonly key: string;
}

const NONE: Behind = { phase: 'none' };

interface Circuit {
  failures: number;
  /** ms since 1970 of the first of these failures. */
  first: number;
  /** ms since 1970 of the last try while the pair was behind. */
  tried: number;
  believed: { readonly asked: number; readonly behind: Promise<Behind> } | undefined;
}

/** Written by those who fail, never removed: another one replaces it. */
const down = object<Marked>({ id: someText, since: number, cause: text(), key: text() });
/** Written by `schedule` alone. It speaks of one mark only, so it can never end a newer one. */
const up = object<{ id: string; phase: 'recovering' | 'over' }>({ id: someText, phase: oneOf(['recovering', 'over']) });
/** Written by those who succeed. */
const news = object<{ id: string | null }>({ id: nullable(text()) });

/**
 * Tells when a pair has failed so often that its work is left to a scan. `schedule` says that a destination is crowded with
 * failed work; an instance to which it answers nothing at all then marks the pair. From then on failures leave no task, and
 * nearly nothing is tried, until something succeeds. `schedule` takes that up, and begins a scan when nobody can go by the
 * mark any longer. What belongs to one key alone (open uploads, delete markers that may come late) stays a task.
 */
export class BehindMarks {
  readonly #deps: StateDeps;
  readonly #now = (): number => this.#deps.now();
  readonly #inARow: number;
  readonly #circuits = new Map<string, Circuit>();
  /** ms since 1970 from which on late events are of interest again. */
  readonly #lateAgain = new Map<string, number>();

  /** `inARow`: failures of one instance, without a success in between, that mark a pair of a crowded destination. */
  constructor(deps: StateDeps, inARow: number) {
    this.#deps = deps;
    this.#inARow = inARow;
  }

  /** As `readBehind` says. */
  read(pair: BehindPair): Promise<Behind> {
    return readBehind(this.#deps, pair);
  }

  /** Whether work that an event asks for is tried. False: the pair is behind, and a scan will do it. */
  async mayTry(pair: BehindPair): Promise<boolean> {
    const circuit = this.#circuits.get(keyOf(pair));
    if (circuit === undefined || !(await this.#isBehind(pair, circuit))) return true;
    const now = this.#now;
    if (now() - circuit.tried < TRY_MS) return false;
    circuit.tried = now();
    return true;
  }

  /** Something was brought up to date. */
  async succeeded(pair: BehindPair): Promise<void> {
    if (!this.#circuits.has(keyOf(pair))) return;
    if (await this.answers(pair)) this.#circuits.delete(keyOf(pair));
  }

  /** The same of work that had failed before, perhaps elsewhere. False: it could not be told. */
  async answers(pair: BehindPair): Promise<boolean> {
    try {
      const behind = await this.read(pair);
      if (behind.phase === 'behind' && !behind.answers) await this.#put(nameOf(pair, 'news'), { id: behind.id });
      return true;
    } catch {
      return false;
    }
  }

  /** Something failed that may be the pair's own fault. True: the pair is behind, so it may be left to the scan. */
  async failed(pair: Target, cause: string): Promise<boolean> {
    const now = this.#now;
    const known = this.#circuits.get(keyOf(pair));
    const circuit = known ?? { failures: 0, first: now(), tried: now(), believed: undefined };
    this.#circuits.set(keyOf(pair), circuit);
    circuit.failures += 1;
    if (await this.#isBehind(pair, circuit)) {
      // Failures during the repair are counted anew.
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

  /** An event came so late that the platform may have dropped others: a scan is to find what they would have told. */
  async eventsAreLate(pair: Target, since: number): Promise<void> {
    const now = this.#now;
    if (now() < (this.#lateAgain.get(keyOf(pair)) ?? 0)) return;
    const [last, { phase }] = await Promise.all([readMark(this.#deps, nameOf(pair, 'down'), down), this.read(pair)]);
    const age = last?.value.cause === EVENTS_LATE ? last.date - last.lastModified : HELD_BACK_EVERY_MS;
    // A mark that stands brings a scan in any case, but perhaps one that has begun already.
    const wait = phase === 'none' ? HELD_BACK_EVERY_MS - age : LATE_AGAIN_MS;
    this.#lateAgain.set(keyOf(pair), now() + (wait > 0 ? wait : HELD_BACK_EVERY_MS));
    // Nothing fails here, so nothing has to succeed before the scan may begin.
    if (wait <= 0) await this.#put(nameOf(pair, 'news'), { id: await this.#mark(pair, since, EVENTS_LATE) });
  }

  /** For `schedule`: so much failed work waits for this destination. */
  async crowd(destination: string): Promise<void> {
    await this.#put(crowdName(destination), {});
  }

  /** For `schedule`: from now on what fails becomes a task again. */
  async takeUp(pair: BehindPair, id: string): Promise<void> {
    await this.#put(nameOf(pair, 'up'), { id, phase: 'recovering' });
  }

  /** For `schedule`: a scan has brought all that was left to it. */
  async end(pair: BehindPair, id: string): Promise<void> {
    await this.#put(nameOf(pair, 'up'), { id, phase: 'over' });
  }

  /** By what was read a moment ago: `schedule` waits for all who may go by that. */
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

/** Where the pair stands at this moment. Throws `CosError`, `InvalidStateObject`. */
export async function readBehind(deps: ReadDeps, pair: BehindPair): Promise<Behind> {
  const mark = await readMark(deps, nameOf(pair, 'down'), down);
  if (mark === undefined) return NONE;
  const [taken, told] = await Promise.all([
    readMark(deps, nameOf(pair, 'up'), up),
    readMark(deps, nameOf(pair, 'news'), news),
  ]);
  const { id } = mark.value;
  // Only the end of this very mark is its end.
  if (taken?.value.id !== id) return { ...mark.value, phase: 'behind', answers: told?.value.id === id };
  return taken.value.phase === 'over' ? NONE : { ...mark.value, phase: 'recovering', at: taken.lastModified };
}

async function readMark<T>({ cos, state }: ReadDeps, name: string, read: Reader<T>) {
  const found = await cos.getObject(state, name);
  if (found === undefined) return undefined;
  const { body, date, lastModified } = found;
  return { value: decodeState(name, body, read), date, lastModified };
}
