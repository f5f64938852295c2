import { JSON_BODY, formatPlace, type Cos, type Place } from '../../cos/index.ts';
import type { Hash } from '../../signing/index.ts';
import { orderBy, refOfId } from '../../identity/index.ts';
import { encodeState, number, object, text } from '../../shape/index.ts';
import { digestOfTarget } from '../../tasks/index.ts';
import type { Entry, Observation, Work } from '../types.ts';
import { EXAMINED_VALID_MS } from '../../durations/index.ts';

export const EXAMINED = 'examined/';
/** Versions that a look has to read again before remembering them is worth a request. */
const WORTH = 32;

interface Document {
  /** A hash of the rules by which the versions were skipped. */
  readonly rules: string;
  /** The newest version below which all versions without a replica were skipped. */
  readonly upTo: string;
  /** ms since 1970: when the look began. */
  readonly begun: number;
}
const readDocument = object<Document>({ rules: text(), upTo: text(), begun: number });

export interface PassedDeps {
  readonly cos: Pick<Cos, 'getObject' | 'putObject'>;
  readonly state: Place;
  readonly hash: Hash;
  /** ms since 1970. */
  now(): number;
}

/**
 * The findings of looks at one key about versions that are not copied: up to which version all of them are excluded. It
 * is one small object on the state bucket, and only for keys with many such versions; without it, each write of such a
 * key costs a request or two for every one of them. It saves reading and decides nothing: a version that an event
 * names, the current one, and all versions that a person or a scan asks for are read nevertheless.
 */
export class Passed {
  readonly #deps: PassedDeps;
  readonly #work: Work;
  readonly #terms: string;
  readonly #begun: number;
  /** IDs that an earlier look skipped: their reasons are not known. */
  readonly unread = new Set<string>();
  readonly #noted = new Set<string>();
  #known: Document | undefined;
  #asked = false;
  #digest: string | undefined;

  constructor(deps: PassedDeps, work: Work, terms: string) {
    this.#deps = deps;
    this.#work = work;
    this.#terms = terms;
    this.#begun = deps.now();
  }

  get #name(): string {
    return `${EXAMINED}${digestOfTarget(this.#work, this.#deps.hash)}`;
  }

  /** Computed on demand, because few looks need it, and a thousand rules take longer than a copy. */
  get #rules(): string {
    const { destination, rules } = this.#work;
    this.#digest ??= this.#deps.hash.sha256(JSON.stringify([formatPlace(destination), rules, this.#terms]));
    return this.#digest;
  }

  /** IDs of the entries that an earlier look has skipped. If that cannot be read, every version is. */
  async recall(seen: Observation, missing: readonly Entry[]): Promise<readonly string[]> {
    if (missing.length < WORTH) return [];
    if (!this.#asked) this.#known = await this.#load().catch(() => undefined);
    this.#asked = true;
    if (this.#known === undefined) return [];
    const compare = orderBy(seen.sourceOrder);
    const upTo = refOfId(this.#known.upTo);
    const found: string[] = [];
    for (const { ref, current } of missing) {
      if (current === true || seen.hints.has(ref.id) || compare(ref, upTo) > 0) continue;
      found.push(ref.id);
      this.unread.add(ref.id);
    }
    return found;
  }

  /**
   * Remembers up to which version all without a replica are excluded. `missing`: all of them, oldest first. It says
   * nothing about the last minute, in which a listing may lack a version. If it cannot be written, a later look finds
   * out again.
   */
  async note(seen: Observation, missing: readonly Entry[], excluded: ReadonlySet<string>): Promise<void> {
    let upTo: Entry | undefined;
    let fresh = 0;
    for (const entry of missing) {
      if (!excluded.has(entry.ref.id) || entry.ref.time >= seen.settledBefore) break;
      upTo = entry;
      if (!this.unread.has(entry.ref.id) && !this.#noted.has(entry.ref.id)) fresh += 1;
    }
    if (upTo === undefined || fresh < WORTH || upTo.ref.id === this.#known?.upTo) return;
    const said: Document = { rules: this.#rules, upTo: upTo.ref.id, begun: this.#known?.begun ?? this.#begun };
    const body = encodeState(said);
    try {
      await this.#deps.cos.putObject(this.#deps.state, this.#name, body, JSON_BODY);
    } catch {
      return;
    }
    this.#known = said;
    for (const { ref } of missing) if (excluded.has(ref.id)) this.#noted.add(ref.id);
  }

  /** Undefined when nothing is remembered that is still valid. */
  async #load(): Promise<Document | undefined> {
    const object = await this.#deps.cos.getObject(this.#deps.state, this.#name);
    if (object === undefined) return undefined;
    const known = read(object.body);
    if (known === undefined || known.rules !== this.#rules) return undefined;
    const oldest = Math.max(this.#work.fresh, this.#begun - EXAMINED_VALID_MS);
    return known.begun >= oldest ? known : undefined;
  }
}

/** Undefined when the object is damaged; it is written anew. */
function read(body: Uint8Array): Document | undefined {
  try {
    return readDocument(JSON.parse(new TextDecoder().decode(body)));
  } catch {
    return undefined;
  }
}
