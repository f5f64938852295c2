import * as fc from 'fast-check';

import { CHARACTER } from '../../characters.ts';
import { encode } from '../../../shared/signing/index.ts';
import { escapeXml } from '../../../shared/xml/index.ts';

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export interface Layout {
  readonly indent: boolean;
  readonly encoded: boolean;
  readonly quote: '&quot;' | '"' | '';
  readonly declaration: string;
}

const el = (name: string, text: string): string => (text === '' ? `<${name}/>` : `<${name}>${text}</${name}>`);
const OWNER = '<Owner>\n<ID>1250000000</ID><DisplayName>1250000000</DisplayName></Owner>';

const layouts: fc.Arbitrary<Layout> = fc.record({
  indent: fc.boolean(),
  encoded: fc.boolean(),
  quote: fc.constantFrom('&quot;', '"', '' as const),
  declaration: fc.constantFrom(
    "<?xml version='1.0' encoding='utf-8' ?>\n",
    '<?xml version="1.0" encoding="UTF-8"?>',
    '',
    '\n\n',
  ),
});

const hostile = fc.oneof(
  fc.constantFrom(
    '..',
    '/',
    '//',
    '%41',
    '&amp;',
    '&#65;',
    ']]>',
    '<Key>',
    '</Key>',
    '<!--',
    'a b',
    'a+b',
    '"',
    "'",
    '\u0001',
  ),
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.string({ minLength: 1, maxLength: 8, unit: CHARACTER }),
);
const keys = fc.array(hostile, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
const times = fc
  .oneof(
    fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
    fc.constant(new Date('2024-02-29T23:59:59Z')),
  )
  .map((date) => date.toISOString());

/** The fields of one entry, as COS names them. */
const entries = fc.record({
  marker: fc.boolean(),
  key: keys,
  versionId: fc.constantFrom('null', '', 'MTg0NDUxNTgwMzM0ODUwODk0'),
  latest: fc.boolean(),
  time: times,
  etag: fc.constantFrom('d41d8cd98f00b204e9800998ecf8427e', '0-12'),
  size: fc.oneof(fc.nat().map(String), fc.constantFrom('0', '9007199254740993', '00', '999999999999999')),
  storageClass: fc.constantFrom('STANDARD', 'Standard_IA', ''),
});
type Made = typeof entries extends fc.Arbitrary<infer T> ? T : never;
export type Entry = { readonly [name in keyof Made]: Made[name] extends boolean ? boolean : string };

/** Text that XML cannot hold is only ever sent encoded. */
function keyIn(layout: Layout, key: string): string {
  if (layout.encoded) return escapeXml(encode(key));
  try {
    return escapeXml(key);
  } catch {
    return 'plain';
  }
}

function fieldsOf(layout: Layout, entry: Entry, versions: boolean): string[] {
  const deleted = versions && entry.marker;
  return [
    el('Key', keyIn(layout, entry.key)),
    ...(versions ? [el('VersionId', entry.versionId), el('IsLatest', String(entry.latest))] : []),
    el('LastModified', entry.time),
    ...(deleted
      ? []
      : [
          el('ETag', `${layout.quote}${entry.etag}${layout.quote}`),
          el('Size', entry.size),
          el('StorageClass', entry.storageClass),
        ]),
    OWNER,
  ];
}

export function documentOf(layout: Layout, all: readonly Entry[], versions: boolean, truncated: boolean): string {
  const root = versions ? 'ListVersionsResult' : 'ListBucketResult';
  const last = keyIn(layout, all.at(-1)?.key ?? 'k');
  const next = versions ? [el('NextKeyMarker', last), el('NextVersionIdMarker', 'v')] : [el('NextMarker', last)];
  const parts = [
    ...(layout.encoded ? [el('EncodingType', 'url')] : []),
    el('Name', 'source-1250000000'),
    el('Prefix', ''),
    el('IsTruncated', String(truncated)),
    ...(truncated ? next : []),
    ...all.map((entry) => {
      const name = versions ? (entry.marker ? 'DeleteMarker' : 'Version') : 'Contents';
      return `<${name}>${fieldsOf(layout, entry, versions).join(layout.indent ? '\n\t\t' : '')}</${name}>`;
    }),
  ];
  const gap = layout.indent ? '\n\t' : '';
  return `${layout.declaration}<${root}>${gap}${parts.join(gap)}${gap}</${root}>${gap}`;
}

export const pages = fc
  .record({
    layout: layouts,
    all: fc.array(entries, { maxLength: 4 }),
    versions: fc.boolean(),
    truncated: fc.boolean(),
  })
  .map(({ layout, all, versions, truncated }) => ({
    versions,
    document: documentOf(layout, all, versions, truncated),
    isPlain: all.every(({ key, size }) => size.length <= 15 && (layout.encoded || /^[ -~]*$/.test(key))),
  }));

/** Everything that may stand in a document, right or wrong, and that a careless reader confuses. */
export const SNIPPETS = [
  '<!-- <Key>x</Key> -->',
  '<![CDATA[<Key>x</Key>]]>',
  '<?pi x?>',
  '<!DOCTYPE a>',
  '<!DOCTYPE a [<!ENTITY quot "x">]>',
  '&#65;',
  '&#x3C;',
  '&amp;',
  '&quot;',
  '&foo;',
  '&',
  ']]>',
  '>',
  '<',
  '%',
  '%E9',
  '%00',
  '\r\n',
  '\t',
  ' ',
  '\u0000',
  '\u007f',
  '\u0085',
  '\ufeff',
  '键',
  '<Key>x</Key>',
  '<Key/>',
  '<Key />',
  '<Key >x</Key >',
  '<Key a="1">x</Key>',
  '<x:Key>x</x:Key>',
  '<Owner><Key>x</Key></Owner>',
  '<Key> <a>x</a></Key>',
  '<Size><a/></Size>',
  '<VersionId>\n</VersionId>',
  '<IsLatest>false</IsLatest>',
  '<Size>07</Size>',
  '<Size>1e3</Size>',
  '<IsTruncated>TRUE</IsTruncated>',
  '<IsTruncated> true </IsTruncated>',
  '<EncodingType>url</EncodingType>',
  '<EncodingType>URL</EncodingType>',
  '<NextMarker>n</NextMarker>',
  '<NextKeyMarker>%41</NextKeyMarker>',
  '<LastModified>2026-02-30T00:00:00.000Z</LastModified>',
  '<LastModified>0001-01-01T00:00:00.000Z</LastModified>',
  '<Version>',
  '</Version>',
  '<Version></Version>',
  '<Version/>',
  '<DeleteMarker><Key>d</Key><IsLatest>true</IsLatest><LastModified>2026-01-01T00:00:00.000Z</LastModified></DeleteMarker>',
  '<Contents>',
  '<Error><Code>InternalError</Code></Error>',
  '<a>'.repeat(20) + '</a>'.repeat(20),
  '<CommonPrefixes><Prefix>x</Prefix></CommonPrefixes>',
];

export const damages = fc.oneof(
  fc.record({ how: fc.constant('insert' as const), at: fc.nat(), snippet: fc.constantFrom(...SNIPPETS) }),
  // At a place where an element is allowed, so that the document often stays valid.
  fc.record({ how: fc.constant('between' as const), at: fc.nat(), snippet: fc.constantFrom(...SNIPPETS) }),
  fc.record({ how: fc.constant('cut' as const), at: fc.nat(), length: fc.nat({ max: 60 }) }),
  fc.record({ how: fc.constant('repeat' as const), at: fc.nat(), length: fc.nat({ max: 60 }) }),
  fc.record({ how: fc.constant('end' as const), at: fc.nat() }),
  fc.record({ how: fc.constant('byte' as const), at: fc.nat(), byte: fc.nat({ max: 255 }) }),
  fc.record({ how: fc.constant('swap' as const), at: fc.nat(), to: fc.nat() }),
);
export type Damage = typeof damages extends fc.Arbitrary<infer T> ? T : never;

export function damaged(document: string, damage: Damage): Uint8Array {
  const bytes = utf8(document);
  const at = damage.at % (bytes.length + 1);
  const splice = (from: number, to: number, insert: Uint8Array) =>
    Buffer.concat([bytes.subarray(0, from), insert, bytes.subarray(to)]);
  switch (damage.how) {
    case 'insert':
      return splice(at, at, utf8(damage.snippet));
    case 'between': {
      const gaps = [...document.matchAll(/(?<=>)(?=\s*<)/g)].map(({ index }) => index);
      const gap = gaps[damage.at % gaps.length] ?? 0;
      return utf8(document.slice(0, gap) + damage.snippet + document.slice(gap));
    }
    case 'cut':
      return splice(at, at + damage.length, new Uint8Array());
    case 'repeat':
      return splice(at, at, bytes.slice(at, at + damage.length));
    case 'end':
      return bytes.slice(0, at);
    case 'byte': {
      const changed = Uint8Array.from(bytes);
      changed[damage.at % changed.length] = damage.byte;
      return changed;
    }
    default: {
      const pieces = document.split(/(?<=<\/\w+>)/);
      const [one, two] = [damage.at % pieces.length, damage.to % pieces.length];
      [pieces[one], pieces[two]] = [pieces[two] ?? '', pieces[one] ?? ''];
      return utf8(pieces.join(''));
    }
  }
}
