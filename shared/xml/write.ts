import { XmlError } from './error.ts';
import type { XmlInput } from './types.ts';

const DECLARATION = "<?xml version='1.0' encoding='utf-8' ?>\n";

const NAME_START =
  ':A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F' +
  '\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}';
const NAME = new RegExp(`^[${NAME_START}][${NAME_START}.0-9\\u00B7\\u0300-\\u036F\\u203F\\u2040-]*$`, 'u');

// Tab and line feed survive in text; a carriage return would be read as a line feed.
const SPECIAL_IN_TEXT = /[&<>"\uFFFE\uFFFF]|(?![\t\n])\p{Cc}|\p{Surrogate}/gu;
const SPECIAL_IN_ATTRIBUTE = /[&<>"\uFFFE\uFFFF]|\p{Cc}|\p{Surrogate}/gu;
const NAMED = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
]);

export interface WriteOptions {
  /** `cos`: with the declaration that COS sends; `none` by default. */
  readonly declaration?: 'cos' | 'none';
  /** One element a line, indented with tabs, as in COS's answers; compact by default. */
  readonly indent?: boolean;
}

/**
 * Writes a document. Throws `XmlError` for a name or a character that XML 1.0 cannot hold (most control characters, half
 * a surrogate pair), and for an element with both text and children.
 */
export function writeXml(root: XmlInput, options: WriteOptions = {}): string {
  const declaration = options.declaration === 'cos' ? DECLARATION : '';
  return declaration + writeElement(root, options.indent === true ? '\n' : '');
}

/** Escapes text for element content. Throws `XmlError` for a character that XML 1.0 cannot hold. */
export function escapeXml(text: string): string {
  return text.replaceAll(SPECIAL_IN_TEXT, escapeCharacter);
}

function writeElement({ name, text = '', attributes = {}, children = [] }: XmlInput, lineBreak: string): string {
  checkName(name);
  const tag = `${name}${Object.entries(attributes).map(writeAttribute).join('')}`;
  if (children.length === 0) return text === '' ? `<${tag}/>` : `<${tag}>${escapeXml(text)}</${name}>`;
  if (text !== '') throw new XmlError(`<${name}> has text and child elements.`);
  const inner = lineBreak === '' ? '' : `${lineBreak}\t`;
  const content = children.map((element) => inner + writeElement(element, inner)).join('');
  return `<${tag}>${content}${lineBreak}</${name}>`;
}

function writeAttribute([name, value]: [string, string]): string {
  checkName(name);
  return ` ${name}="${value.replaceAll(SPECIAL_IN_ATTRIBUTE, escapeCharacter)}"`;
}

function checkName(name: string): void {
  if (!NAME.test(name)) throw new XmlError('An element or attribute name cannot be written in XML.');
}

function escapeCharacter(char: string): string {
  const named = NAMED.get(char);
  if (named !== undefined) return named;
  const code = char.charCodeAt(0);
  const legal = code === 0x9 || code === 0xa || code === 0xd || (code >= 0x7f && code <= 0x9f);
  const hex = code.toString(16).toUpperCase();
  if (!legal) throw new XmlError(`The character U+${hex.padStart(4, '0')} cannot be written in XML.`);
  return `&#x${hex};`;
}
