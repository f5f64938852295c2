import { encode } from '../../../../shared/signing/index.ts';
import type { XmlElement } from '../../../../shared/xml/index.ts';
import { el } from './answers.ts';
import { numberOf } from './call.ts';
import type { Query } from './call.ts';
import { failures } from './failures.ts';

/** The parameters that all listings of a bucket have in common. '' stands for none. */
export function listingQuery(query: Query): { prefix: string; delimiter: string; maxKeys: number } {
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    maxKeys: numberOf(query, 'max-keys', { min: 0, max: 1000, clamp: true }) ?? 1000,
  };
}

/** `encoding-type=url` encodes all keys and prefixes except slashes, because XML cannot hold all of them. */
export function encoder(query: Query): { encode: (text: string) => string; element: XmlElement | undefined } {
  const type = query.get('encoding-type');
  if (type === undefined || type === '') return { encode: (text) => text, element: undefined };
  if (type !== 'url') throw failures.invalidArgument('encoding-type can only be url.');
  return { encode: encodePath, element: el('EncodingType', 'url') };
}

function encodePath(text: string): string {
  if (/^[\w.~/-]*$/.test(text)) return text;
  return text.split('/').map(encode).join('/');
}
