import { NOT_FLAT, flatNames } from '../xml/index.ts';
import type { FlatXml } from '../xml/index.ts';

/**
 * Elements by number: first the fields, then the elements that hold fields, then values that need no string of their
 * own.
 */
export const AT = {
  Key: 0,
  VersionId: 1,
  IsLatest: 2,
  LastModified: 3,
  ETag: 4,
  Size: 5,
  StorageClass: 6,
  EncodingType: 7,
  IsTruncated: 8,
  NextKeyMarker: 9,
  NextVersionIdMarker: 10,
  NextMarker: 11,
  CRC64: 12,
  Version: 13,
  DeleteMarker: 14,
  Contents: 15,
  ListVersionsResult: 16,
  ListBucketResult: 17,
  CopyObjectResult: 18,
  true: 19,
  false: 20,
  STANDARD: 21,
  url: 22,
} as const;
export const NAMES = flatNames(Object.keys(AT));
const FIELDS = AT.CRC64 + 1;

const DIGIT_0 = 0x30;
/** A number with more digits may lose its last one. */
const MOST_DIGITS = 15;
/** The form in which COS writes times; `0` stands for a digit. */
const TIME = Buffer.from('0000-00-00T00:00:00.000Z');
/** Length of `&quot;`. */
const ENTITY = 6;

/** The fields of one element. Throws `NOT_FLAT` for anything unexpected; the strict reader then gives the reason. */
export class FieldReader {
  readonly #xml: FlatXml;
  readonly #from = new Int32Array(FIELDS);
  readonly #to = new Int32Array(FIELDS);
  /** One bit for each field. */
  #found = 0;
  #entities = 0;
  #percents = 0;

  constructor(xml: FlatXml) {
    this.#xml = xml;
  }

  clear(): void {
    this.#found = 0;
    this.#entities = 0;
    this.#percents = 0;
  }

  /** Reads the element that was opened last. Its text is kept if it is a field. */
  read(name: number): void {
    const xml = this.#xml;
    const isText = xml.leaf();
    if (name < 0 || name >= FIELDS) return;
    const bit = 1 << name;
    if (!isText) throw NOT_FLAT;
    // If a field occurs several times the last one counts, as in the strict reading.
    this.#found |= bit;
    if (xml.hasEntity) this.#entities |= bit;
    if (xml.hasPercent) this.#percents |= bit;
    this.#from[name] = xml.from;
    this.#to[name] = xml.to;
  }

  has(name: number): boolean {
    return (this.#found & (1 << name)) !== 0;
  }

  is(name: number, value: number): boolean {
    return this.#xml.is(value, this.#from[name] ?? 0, this.#to[name] ?? 0);
  }

  /** '' where the field is missing. */
  optional(name: number): string {
    if (!this.has(name)) return '';
    return this.#xml.text(this.#from[name] ?? 0, this.#to[name] ?? 0, (this.#entities & (1 << name)) !== 0);
  }

  required(name: number): string {
    const text = this.optional(name);
    if (text === '') throw NOT_FLAT;
    return text;
  }

  key(name: number, encoded: boolean): string {
    const text = this.required(name);
    if (!encoded || (this.#percents & (1 << name)) === 0) return text;
    try {
      return decodeURIComponent(text);
    } catch {
      throw NOT_FLAT;
    }
  }

  flag(name: number): boolean {
    if (this.has(name)) {
      if (this.is(name, AT.true)) return true;
      if (this.is(name, AT.false)) return false;
    }
    throw NOT_FLAT;
  }

  /** Milliseconds since 1970. */
  time(name: number): number {
    const from = this.#from[name] ?? 0;
    const time = this.has(name) && this.#to[name] === from + TIME.length ? this.#usualTime(from) : undefined;
    const sure = time ?? Date.parse(this.required(name));
    if (Number.isNaN(sure)) throw NOT_FLAT;
    return sure;
  }

  /** Bytes. */
  size(name: number): number {
    const [from, to] = [this.#from[name] ?? 0, this.#to[name] ?? 0];
    if (!this.has(name) || to === from || to - from > MOST_DIGITS) throw NOT_FLAT;
    for (let at = from; at < to; at += 1) if (!this.#isDigit(at)) throw NOT_FLAT;
    return this.#number(from, to - from);
  }

  etag(name: number): string {
    const [from, to] = [this.#from[name] ?? 0, this.#to[name] ?? 0];
    // Nearly all ETags have this form, which saves replacing entities.
    const inner =
      this.has(name) && this.#xml.isQuoted(from, to) ? this.#xml.text(from + ENTITY, to - ENTITY, false) : '&';
    if (!inner.includes('&')) return `"${inner}"`;
    const text = this.required(name);
    return text.startsWith('"') ? text : `"${text}"`;
  }

  storageClass(name: number): string {
    if (!this.has(name) || this.is(name, AT.STANDARD)) return 'STANDARD';
    return this.optional(name).toUpperCase() || 'STANDARD';
  }

  /** Undefined for a time in another form. */
  #usualTime(from: number): number | undefined {
    for (let i = 0; i < TIME.length; i += 1) {
      const isRight = TIME[i] === DIGIT_0 ? this.#isDigit(from + i) : this.#xml.byte(from + i) === TIME[i];
      if (!isRight) return undefined;
    }
    const [year, month, day] = [this.#number(from, 4), this.#number(from + 5, 2), this.#number(from + 8, 2)];
    const [hour, minute, second] = [this.#number(from + 11, 2), this.#number(from + 14, 2), this.#number(from + 17, 2)];
    const isUsual =
      year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 23 && minute <= 59 && second <= 59;
    return isUsual ? Date.UTC(year, month - 1, day, hour, minute, second, this.#number(from + 20, 3)) : undefined;
  }

  #isDigit(at: number): boolean {
    const digit = this.#xml.byte(at) - DIGIT_0;
    return digit >= 0 && digit <= 9;
  }

  #number(from: number, digits: number): number {
    let number = 0;
    for (let at = from; at < from + digits; at += 1) number = number * 10 + this.#xml.byte(at) - DIGIT_0;
    return number;
  }
}
