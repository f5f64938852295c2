import type { VersionEntry } from '../cos/index.ts';
import { isNull } from '../identity/index.ts';
import type { Hash } from '../signing/index.ts';

/** Number of hex digits kept. Twelve bytes distinguish more keys than a deployment will ever have. */
const DIGITS = 24;
/** Characters hashed at once, so that a key of any depth takes bounded memory. */
const PIECE = 32_768;

/** The part of an entry that decides whether the key is right: the version, and the rule that covers it. */
function wordOf(entry: VersionEntry, side: 's' | 'd', rule: string): string {
  const { versionId, deleteMarker, etag, lastModified } = entry;
  // The ID `null` is used again, so it identifies no version by itself.
  const name = isNull(versionId) ? `null/${lastModified}/${etag}` : versionId;
  return `${side}${deleteMarker ? 'm' : 'v'}${name}\0${rule}\0`;
}

/**
 * One hash over both stacks of a key as listed, and which of their entries are in scope. Equal hashes mean that nothing
 * was written, removed, or moved into or out of scope in between, because version IDs are never reused. `salt` prevents
 * others from searching for two stacks with one hash.
 */
export class StackHash {
  readonly #hash: Hash;
  readonly #salt: string;
  #text = '';

  constructor(hash: Hash, salt: string) {
    this.#hash = hash;
    this.#salt = salt;
  }

  /** `terms`: the demands of the rules beyond the scope of each entry. */
  begin(key: string, terms: string): void {
    this.#text = `${this.#salt}\0${key}\0${terms}\0`;
  }

  /** Newest first, the source's before the destination's. `rule`: the rule that covers it, '' for none. */
  add(entry: VersionEntry, side: 's' | 'd', rule: string): void {
    this.#text += wordOf(entry, side, rule);
    if (this.#text.length >= PIECE) this.#text = `${this.#hash.sha256(this.#text)}\0`;
  }

  /** The hash of the entries so far: of the source's stack alone, before any entry of the destination. */
  ofSource(): string {
    return this.#hash.sha256(`source alone\0${this.#text}`).slice(0, DIGITS);
  }

  end(): string {
    return this.#hash.sha256(this.#text).slice(0, DIGITS);
  }
}

/** The hash of complete stacks. */
export function hashOfStacks(
  stack: StackHash,
  { key, terms }: { readonly key: string; readonly terms: string },
  source: readonly { readonly entry: VersionEntry; readonly rule: string }[],
  destination: readonly VersionEntry[],
): string {
  stack.begin(key, terms);
  for (const { entry, rule } of source) stack.add(entry, 's', rule);
  for (const entry of destination) stack.add(entry, 'd', '');
  return stack.end();
}
