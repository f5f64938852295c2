import { writeXml } from '../../../../shared/xml/index.ts';
import type { XmlElement } from '../../../../shared/xml/index.ts';
import type { CloudResponse } from '../../types.ts';

export type Pairs = readonly (readonly [string, string])[];

type Content = string | number | boolean | readonly (XmlElement | undefined)[];

/** An element of an answer. Undefined children are left out, so optional elements read like the documentation. */
export function el(name: string, content: Content = '', attributes: Readonly<Record<string, string>> = {}): XmlElement {
  if (typeof content === 'object') {
    return { name, text: '', children: content.filter((child) => child !== undefined), attributes };
  }
  return { name, text: writable(String(content)), children: [], attributes };
}

/**
 * A key may hold characters that XML cannot (`encoding-type=url` is there for them). What COS sends without it is not
 * documented; percent-encoding just these keeps the answer readable.
 */
function writable(text: string): string {
  return text.replaceAll(/(?![\t\n\r\u007f-\u009f])\p{Cc}|[\ufffe\uffff]/gu, encodeURIComponent);
}

/** 200 with nothing in it, or another status. */
export function empty(status = 200, headers: Pairs = []): CloudResponse {
  return { status, headers };
}

export function toText(root: XmlElement): string {
  return writeXml(root, { declaration: 'cos', indent: true });
}

export function xml(root: XmlElement, headers: Pairs = [], status = 200): CloudResponse {
  return { status, headers: [['Content-Type', 'application/xml'], ...headers], body: toText(root) };
}

/** As `xml`, but sent without a length: COS answers copies and completed uploads while it still works on them. */
export function chunkedXml(root: XmlElement, headers: Pairs = []): CloudResponse {
  return {
    status: 200,
    headers: [['Content-Type', 'application/xml'], ['Transfer-Encoding', 'chunked'], ...headers],
    body: once(toText(root)),
  };
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
