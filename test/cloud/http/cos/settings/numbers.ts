import { textOf } from '../../../../../shared/xml/index.ts';
import type { XmlElement } from '../../../../../shared/xml/index.ts';
import { failures } from '../failures.ts';

/** A whole number in a document. Throws MalformedXML for a missing or other text. */
export function wholeNumber(parent: XmlElement, name: string): number {
  const text = textOf(parent, name)?.trim() ?? '';
  if (!/^\d{1,15}$/.test(text)) throw failures.malformedXml();
  return Number(text);
}

export function optionalNumber(parent: XmlElement, name: string): number | undefined {
  return textOf(parent, name) === undefined ? undefined : wholeNumber(parent, name);
}

/** A date in a document, in ms since 1970. Throws MalformedXML for any other text. */
export function dateOf(parent: XmlElement, name: string): number {
  const text = textOf(parent, name)?.trim() ?? '';
  const ms = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw failures.malformedXml();
  return ms;
}
