import { readXml } from '../../shared/xml/index.ts';
import type { XmlElement } from '../../shared/xml/index.ts';

/**
 * The difference between a document that was sent and the one that was returned; undefined: none. The order and the
 * spelling count. Blanks between elements do not, and a rule that was sent without an ID gets one as its first element.
 */
export function differenceOf(sent: Uint8Array, received: Uint8Array): string | undefined {
  return compare(readXml(sent), readXml(received), '');
}

function compare(sent: XmlElement, received: XmlElement, above: string): string | undefined {
  const path = `${above}/${sent.name}`;
  if (sent.name !== received.name) return `${path} came back as ${above}/${received.name}`;
  if (Object.keys(received.attributes).length > 0) return `${path} has got attributes`;
  if (sent.children.length === 0 && received.children.length === 0) {
    return sent.text === received.text ? undefined : `${path} came back as ${JSON.stringify(received.text)}`;
  }
  const before = sent.name === 'Rule' ? sent.children.filter((child) => !isEmptyId(child)) : sent.children;
  const filledIn = sent.name === 'Rule' && !before.some(({ name }) => name === 'ID');
  const after = filledIn ? withoutNewId(received.children) : received.children;
  if (after === undefined) return `${path} has got no ID`;
  if (before.length !== after.length) {
    return `${path} had ${namesOf(before)} and came back with ${namesOf(after)}`;
  }
  for (const [index, child] of before.entries()) {
    const other = after[index];
    const difference = other === undefined ? `${path} is cut off` : compare(child, other, path);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function isEmptyId({ name, text }: XmlElement): boolean {
  return name === 'ID' && text.trim() === '';
}

function withoutNewId(children: readonly XmlElement[]): readonly XmlElement[] | undefined {
  const [first, ...rest] = children;
  return first?.name === 'ID' && first.text !== '' ? rest : undefined;
}

function namesOf(elements: readonly XmlElement[]): string {
  return `[${elements.map(({ name }) => name).join(', ')}]`;
}
