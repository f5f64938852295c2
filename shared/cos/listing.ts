import { createXmlReader } from '../xml/index.ts';
import { failureInBody, quoted, understand } from './answers.ts';
import { UnusableAnswer } from './calls.ts';
import type { AnswerReader, CallKind } from './calls.ts';
import type { Answer } from './transport.ts';

/** The fields of one entry as text: `Key`, `VersionId`, `Size`, … */
export type Fields = ReadonlyMap<string, string>;

export interface RawListing {
  /** In the order of the answer. */
  readonly entries: readonly { readonly name: string; readonly fields: Fields }[];
  /** The fields outside the entries: `IsTruncated`, `NextMarker`, … */
  readonly top: Fields;
  /** Undoes `encoding-type=url` where the answer says that it is encoded. */
  readonly decode: (text: string) => string;
}

/** A page of 1,000 entries with the longest keys, every byte percent-encoded, is smaller than 4 MB. */
export const LISTING_LIMIT = 8 * 1024 * 1024;
/** Room for a page of short keys; it is doubled as it fills. */
const FIRST_BYTES = 64 * 1024;

export interface ListingKind<T> {
  readonly root: string;
  readonly entryNames: ReadonlySet<string>;
  /** Reads a plain document in one go; returns undefined for any other one. Its result must equal that of `finish`. */
  readonly quick: (document: Uint8Array) => T | undefined;
  /** Converts the output of the strict reader. Throws `UnusableAnswer`. */
  readonly finish: (listing: RawListing) => T;
}

/**
 * Reads a listing: quickly where it is plain, otherwise strictly, so that no malformed document passes. Nothing is
 * returned before the document has ended, because half a page would look like the end of the bucket. `check` sees the
 * page first, and may refuse it.
 */
export function createListingReader<T>(
  call: CallKind,
  kind: ListingKind<T>,
  check: (page: T) => void,
): AnswerReader<T> {
  let document = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let size = 0;
  return {
    // Copied into one buffer: chunks may be tiny, and each would keep a buffer of its own alive.
    sink: (piece) => {
      if (size + piece.length > document.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(size + piece.length, 2 * document.length));
        larger.set(document);
        document = larger;
      }
      document.set(piece, size);
      size += piece.length;
    },
    read: (answer) => {
      const whole = document.subarray(0, size);
      const page = kind.quick(whole) ?? kind.finish(readStrictly(call, answer, whole, kind));
      check(page);
      return page;
    },
  };
}

/** Owners, and other elements that lie deeper in an entry, are skipped. */
function readStrictly(
  call: CallKind,
  answer: Answer,
  document: Uint8Array,
  { root, entryNames }: Pick<ListingKind<unknown>, 'root' | 'entryNames'>,
): RawListing {
  const entries: { name: string; fields: Map<string, string> }[] = [];
  const top = new Map<string, string>();
  let rootName = '';
  let fields: Map<string, string> | undefined;

  const reader = createXmlReader(
    {
      open: (name, depth) => {
        if (depth === 1) rootName = name;
        else if (depth === 2 && entryNames.has(name)) {
          fields = new Map();
          entries.push({ name, fields });
        }
      },
      close: (name, depth, text) => {
        if (depth === 3) fields?.set(name, text);
        else if (depth === 2) {
          if (fields === undefined) top.set(name, text);
          fields = undefined;
        }
      },
    },
    { maxBytes: LISTING_LIMIT },
  );

  understand(() => {
    reader.write(document);
    reader.close();
  });
  if (rootName === 'Error') {
    const children = [...top].map(([name, text]) => ({ name, text, children: [], attributes: {} }));
    throw failureInBody(call, answer, { name: 'Error', text: '', children, attributes: {} });
  }
  if (rootName !== root) throw new UnusableAnswer(`the answer is <${rootName}> instead of <${root}>`);
  return { entries, top, decode: decoderOf(top) };
}

function decoderOf(top: Fields): (text: string) => string {
  if (top.get('EncodingType') !== 'url') return (text) => text;
  return (text) => {
    try {
      // Only percent escapes are decoded: COS encodes a blank as %20, so a plus sign is a plus sign.
      return decodeURIComponent(text);
    } catch (cause) {
      throw new UnusableAnswer(`${JSON.stringify(text)} is not percent-encoded UTF-8`, { cause });
    }
  };
}

export function requireField(fields: Fields, name: string): string {
  const text = fields.get(name);
  if (!text) throw new UnusableAnswer(`an entry lacks <${name}>`);
  return text;
}

/** Milliseconds since 1970. */
export function readTime(fields: Fields): number {
  const time = Date.parse(requireField(fields, 'LastModified'));
  if (Number.isNaN(time)) throw new UnusableAnswer('an entry has no usable <LastModified>');
  return time;
}

export function readSize(fields: Fields): number {
  const text = requireField(fields, 'Size');
  if (!/^[0-9]{1,16}$/.test(text)) throw new UnusableAnswer('an entry has no usable <Size>');
  return Number(text);
}

export function readEtag(fields: Fields): string {
  return quoted(requireField(fields, 'ETag'));
}

export function readFlag(fields: Fields, name: string): boolean {
  const text = requireField(fields, name);
  if (text !== 'true' && text !== 'false') throw new UnusableAnswer(`<${name}> is neither true nor false`);
  return text === 'true';
}
