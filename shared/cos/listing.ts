import { createXmlReader } from '../xml/index.ts';
import { failureInBody, quoted, understand } from './answers.ts';
import { UnusableAnswer } from './calls.ts';
import type { AnswerReader, CallKind } from './calls.ts';

/** The fields of one entry, as texts: `Key`, `VersionId`, `Size`, … */
export type Fields = ReadonlyMap<string, string>;

export interface RawListing {
  /** In the order of the answer. */
  readonly entries: readonly { readonly name: string; readonly fields: Fields }[];
  /** What stands beside the entries: `IsTruncated`, `NextMarker`, … */
  readonly top: Fields;
  /** Undoes `encoding-type=url` where the answer says that it was obeyed. */
  readonly decode: (text: string) => string;
}

/** 1,000 entries with the longest keys, every byte percent-encoded, come to less than 4 MB. */
export const LISTING_LIMIT = 8 * 1024 * 1024;

/**
 * Reads a listing while it comes in. Owners and what else lies deeper in an entry is passed over. Nothing is given out
 * before the document has ended: half a page would look like the end of the bucket.
 */
export function createListingReader<T>(
  call: CallKind,
  root: string,
  entryNames: ReadonlySet<string>,
  finish: (listing: RawListing) => T,
): AnswerReader<T> {
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

  return {
    sink: (chunk) => {
      reader.write(chunk);
    },
    read: (answer) => {
      understand(() => {
        reader.close();
      });
      if (rootName === 'Error') {
        const children = [...top].map(([name, text]) => ({ name, text, children: [], attributes: {} }));
        throw failureInBody(call, answer, { name: 'Error', text: '', children, attributes: {} });
      }
      if (rootName !== root) throw new UnusableAnswer(`the answer is <${rootName}> instead of <${root}>`);
      return finish({ entries, top, decode: decoderOf(top) });
    },
  };
}

function decoderOf(top: Fields): (text: string) => string {
  if (top.get('EncodingType') !== 'url') return (text) => text;
  return (text) => {
    try {
      // Only percent escapes: COS writes a blank as %20, so a plus sign is one.
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
