import type { XmlElement } from './xml.ts';

interface Policy {
  createHTML(text: string): string;
}
declare const trustedTypes: { createPolicy(name: string, rules: Policy): Policy } | undefined;

/**
 * The parser makes a tree of data and never a part of the page. The policy of the page allows no other use of markup.
 */
const policy: Policy =
  typeof trustedTypes === 'undefined'
    ? { createHTML: (text) => text }
    : trustedTypes.createPolicy('xml', { createHTML: (text) => text });

/**
 * Reads a document with the browser's own parser, which knows only the entities of XML and loads nothing. Throws
 * `SyntaxError` when the document is not well-formed.
 */
export function readXml(text: string): XmlElement {
  const { documentElement } = new DOMParser().parseFromString(policy.createHTML(text), 'application/xml');
  if (documentElement.getElementsByTagName('parsererror').length > 0 || documentElement.nodeName === 'parsererror') {
    throw new SyntaxError('The document is not well-formed XML.');
  }
  return elementOf(documentElement);
}

/** An element holds either text or elements, as everywhere in this service. */
function elementOf({ nodeName, children, textContent, attributes }: Element): XmlElement {
  const inner = [...children].map(elementOf);
  return {
    name: nodeName,
    text: inner.length > 0 ? '' : textContent,
    attributes: Object.fromEntries([...attributes].map(({ name, value }) => [name, value])),
    children: inner,
  };
}
