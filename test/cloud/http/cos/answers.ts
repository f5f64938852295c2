import { escapeXml } from '../../../../shared/xml/index.ts';
import type { XmlElement } from '../../../../shared/xml/index.ts';
import type { CloudResponse } from '../../types.ts';

export type Pairs = readonly (readonly [string, string])[];

type Content = string | number | boolean | readonly (XmlElement | undefined)[];

/** An element of an answer. Undefined children are left out, so optional elements read like the documentation. */
export function el(
  name: string,
  content: Content = '',
  attributes: Readonly<Record<string, string>> = NO_ATTRIBUTES,
): XmlElement {
  if (typeof content === 'object') {
    return { name, text: '', children: content.filter((child) => child !== undefined), attributes };
  }
  return { name, text: writable(String(content)), children: [], attributes };
}

/** Nearly all texts match: they contain no character that XML cannot hold. */
const PLAIN = /^[ -~]*$/;
const NO_ATTRIBUTES: Readonly<Record<string, string>> = {};

/**
 * A key may contain characters that XML cannot hold (`encoding-type=url` exists for them). COS's answer without it is
 * not documented; percent-encoding just these characters keeps the answer readable.
 */
function writable(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replaceAll(/(?![\t\n\r\u007f-\u009f])\p{Cc}|[\ufffe\uffff]/gu, encodeURIComponent);
}

/** 200 without content, or another status. */
export function empty(status = 200, headers: Pairs = []): CloudResponse {
  return { status, headers };
}

function toText(root: XmlElement): string {
  return DECLARATION + lines(root, '\n');
}

const DECLARATION = "<?xml version='1.0' encoding='utf-8' ?>\n";
const UNESCAPED = /^[ !#-%'-;=?-~]*$/;

/**
 * The same output as `writeXml`, for elements that `el` has made: their names need no check, and most texts no change.
 */
function lines({ name, text, children, attributes }: XmlElement, lineBreak: string): string {
  let tag = name;
  for (const attribute of Object.keys(attributes)) tag += ` ${attribute}="${escapeXml(attributes[attribute] ?? '')}"`;
  if (children.length === 0) {
    if (text === '') return `<${tag}/>`;
    return `<${tag}>${UNESCAPED.test(text) ? text : escapeXml(text)}</${name}>`;
  }
  const inner = `${lineBreak}\t`;
  let content = '';
  for (const child of children) content += inner + lines(child, inner);
  return `<${tag}>${content}${lineBreak}</${name}>`;
}

export function xml(root: XmlElement, headers: Pairs = [], status = 200): CloudResponse {
  return { status, headers: [['Content-Type', 'application/xml'], ...headers], body: toText(root) };
}

/** As `xml`, but sent without a length: COS answers copies and completed uploads while it still works on them. */
export function chunkedXml(root: XmlElement, headers: Pairs = []): CloudResponse {
  return {
    status: 200,
    headers: [['Content-Type', 'application/xml'], ['Transfer-Encoding', 'chunked'], ...headers],
    body: toText(root),
  };
}
