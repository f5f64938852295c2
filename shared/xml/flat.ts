import { Buffer } from 'node:buffer';

/** No ordinary document exceeds these. One that does is left to the strict reader and its limits. */
const LONGEST_TEXT = 8192;
const LONGEST_BLANK = 256;
const MAX_ELEMENTS = 50_000;
const MAX_DEPTH = 6;

const DECLARATION = /^<\?xml version=(["'])1\.0\1(?: encoding=(["'])(?:utf|UTF)-8\2)? ?\?>/;
const LONGEST_DECLARATION = 64;
const [TAB, LINE_FEED, BLANK, PERCENT, AMPERSAND, SLASH, LESS, GREATER] = [
  0x09, 0x0a, 0x20, 0x25, 0x26, 0x2f, 0x3c, 0x3e,
];

const ENTITIES = new Map([
  ['&quot;', '"'],
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&apos;', "'"],
]);
const QUOTE = new TextEncoder().encode('&quot;');
const ENTITY_BYTES = [...ENTITIES.keys()].map((entity) => new TextEncoder().encode(entity));

/** The kind of a byte inside a text: 0 plain, 1 begins an entity, 2 a percent escape, 3 not part of it. */
const IN_TEXT = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === AMPERSAND) return 1;
  if (byte === PERCENT) return 2;
  return byte >= BLANK && byte < 0x7f && byte !== LESS && byte !== GREATER ? 0 : 3;
});
/** Letters and digits only: a name with any other character is left to the strict reader. */
const IN_NAME = Uint8Array.from({ length: 256 }, (_, byte) => (/[A-Za-z0-9]/.test(String.fromCharCode(byte)) ? 1 : 0));
/** Digits, which no name begins with, come before it. */
const LETTER_A = 0x41;

/**
 * The document is not plain enough. It may still be valid, so read it strictly. It is always the same error: nobody reads where it
 * was thrown, and noting that takes longer than to read a small document.
 */
export const NOT_FLAT = new Error('The document is not plain enough to be read without the strict reader.');

/** The result of a quick reading; undefined for a document that must be read strictly. Throws all other errors. */
export function unlessNotFlat<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error === NOT_FLAT) return undefined;
    throw error;
  }
}

/** The answer of `open` before an end tag, and for an unknown name. */
export const END = -1;
const OTHER = -2;

/** Names, identified by their position. */
export interface FlatNames {
  readonly encoded: readonly Uint8Array[];
  /** Position by a hash of the name. The hash alone proves nothing. */
  readonly byHash: ReadonlyMap<number, number>;
}

export function flatNames(names: readonly string[]): FlatNames {
  const encoded = names.map((name) => new TextEncoder().encode(name));
  return { encoded, byHash: new Map(encoded.map((name, position) => [name.reduce(nextHash, 0), position])) };
}

function nextHash(hash: number, byte: number): number {
  return (hash * 31 + byte) | 0;
}

/**
 * Finds texts in the bytes of a document. It makes no events, and no strings of the other parts, so it is many times as
 * fast as the strict reader. It accepts only documents that it can prove well-formed on the way, and then finds exactly
 * the texts of the strict reader: elements without attributes, printable ASCII, the five named entities; no comments,
 * CDATA sections, instructions or carriage returns. At anything else each method throws `NOT_FLAT`. No result is valid
 * before `end` has returned.
 */
export class FlatXml {
  readonly #bytes: Buffer;
  readonly #names: FlatNames;
  #at = 0;
  #elements = 0;
  #nameFrom = 0;
  #nameTo = 0;
  /** The last start tag also ended its element: `<Name/>`. */
  #closed = false;
  /** Begin and end of the text that was read last, and whether it holds entities. */
  from = 0;
  to = 0;
  hasEntity = false;
  hasPercent = false;

  constructor(document: Uint8Array, names: FlatNames) {
    this.#bytes = Buffer.from(document.buffer, document.byteOffset, document.length);
    this.#names = names;
  }

  /** Reads all that may stand before the root. */
  begin(): void {
    this.#skipBlanks();
    const start = this.#bytes.toString('latin1', this.#at, this.#at + LONGEST_DECLARATION);
    this.#at += DECLARATION.exec(start)?.[0].length ?? 0;
  }

  /**
   * Reads a start tag and returns the position of its name, or OTHER. Before an end tag it reads nothing and returns
   * END.
   */
  open(): number {
    this.#skipBlanks();
    const bytes = this.#bytes;
    const from = this.#at + 1;
    if (bytes[from - 1] !== LESS) throw NOT_FLAT;
    if (bytes[from] === SLASH) return END;
    let at = from;
    let hash = 0;
    for (let byte = bytes[at]; byte !== undefined && IN_NAME[byte] === 1; byte = bytes[at]) {
      hash = nextHash(hash, byte);
      at += 1;
    }
    this.#nameFrom = from;
    this.#nameTo = at;
    if (bytes[at] === BLANK) at += 1;
    this.#closed = bytes[at] === SLASH;
    if (this.#closed) at += 1;
    this.#elements += 1;
    const isNamed = this.#nameTo > from && (bytes[from] ?? 0) >= LETTER_A;
    if (bytes[at] !== GREATER || !isNamed || this.#elements > MAX_ELEMENTS) throw NOT_FLAT;
    this.#at = at + 1;
    const position = this.#names.byHash.get(hash);
    return position !== undefined && this.is(position, from, this.#nameTo) ? position : OTHER;
  }

  /** Enters the element that was opened last, to read it child by child. */
  enter(): void {
    if (this.#closed) throw NOT_FLAT;
  }

  /**
   * Reads to the end of the element that was opened last, end tag included. Returns true, with `from` and `to` around
   * its text, unless it holds elements; those are skipped.
   */
  leaf(depth = 0): boolean {
    this.hasEntity = false;
    this.hasPercent = false;
    this.from = this.#at;
    if (!this.#closed) {
      const [from, to] = [this.#nameFrom, this.#nameTo];
      this.#readText();
      if (this.#bytes[this.#at] !== LESS || this.#bytes[this.#at + 1] !== SLASH) {
        this.#passOver(depth);
        this.#endTag(this.#bytes, from, to);
        return false;
      }
      this.to = this.#at;
      this.#endTag(this.#bytes, from, to);
    } else this.to = this.#at;
    return true;
  }

  /** Reads the end tag of the name at that position. */
  close(position: number): void {
    const name = this.#names.encoded[position];
    if (name === undefined) throw NOT_FLAT;
    this.#endTag(name, 0, name.length);
  }

  /** Checks that nothing follows the end of the root. */
  end(): void {
    this.#skipBlanks();
    if (this.#at !== this.#bytes.length) throw NOT_FLAT;
  }

  /** The byte at an offset of the document. */
  byte(at: number): number {
    return this.#bytes[at] ?? 0;
  }

  /** Whether the document has the name with that position there. */
  is(position: number, from: number, to: number): boolean {
    const name = this.#names.encoded[position];
    return name?.length === to - from && this.#stands(name, from);
  }

  /** Whether a text begins and ends with `&quot;`. */
  isQuoted(from: number, to: number): boolean {
    return to - from >= 2 * QUOTE.length && this.#stands(QUOTE, from) && this.#stands(QUOTE, to - QUOTE.length);
  }

  /** A text of the document, as a string that does not keep the document in memory. */
  text(from: number, to: number, hasEntity: boolean): string {
    const text = this.#bytes.toString('latin1', from, to);
    return hasEntity ? text.replaceAll(/&[a-z]+;/g, (entity) => ENTITIES.get(entity) ?? entity) : text;
  }

  #stands(expected: Uint8Array, at: number): boolean {
    const bytes = this.#bytes;
    for (let i = 0; i < expected.length; i += 1) if (bytes[at + i] !== expected[i]) return false;
    return true;
  }

  #readText(): void {
    const bytes = this.#bytes;
    const from = this.#at;
    let at = from;
    for (let byte = bytes[at]; byte !== undefined; byte = bytes[at]) {
      const kind = IN_TEXT[byte];
      if (kind === 3) break;
      if (kind === 1) this.#checkEntity(at);
      else if (kind === 2) this.hasPercent = true;
      at += 1;
    }
    if (at - from > LONGEST_TEXT) throw NOT_FLAT;
    this.#at = at;
  }

  #checkEntity(at: number): void {
    if (!ENTITY_BYTES.some((entity) => this.#stands(entity, at))) throw NOT_FLAT;
    this.hasEntity = true;
  }

  /** Skips the children of an element up to its end tag. Text between them must be blank. */
  #passOver(depth: number): void {
    for (let at = this.from; at < this.#at; at += 1) if (this.#bytes[at] !== BLANK) throw NOT_FLAT;
    if (depth > MAX_DEPTH || this.open() === END) throw NOT_FLAT;
    do this.leaf(depth + 1);
    while (this.open() !== END);
  }

  #endTag(name: Uint8Array, from: number, to: number): void {
    const bytes = this.#bytes;
    let at = this.#at + 2;
    if (bytes[at - 2] !== LESS || bytes[at - 1] !== SLASH) throw NOT_FLAT;
    for (let i = from; i < to; i += 1, at += 1) if (bytes[at] !== name[i]) throw NOT_FLAT;
    if (bytes[at] !== GREATER) throw NOT_FLAT;
    this.#at = at + 1;
  }

  #skipBlanks(): void {
    const bytes = this.#bytes;
    const most = this.#at + LONGEST_BLANK;
    let at = this.#at;
    for (let byte = bytes[at]; byte === TAB || byte === LINE_FEED || byte === BLANK; byte = bytes[at]) at += 1;
    if (at > most) throw NOT_FLAT;
    this.#at = at;
  }
}
