import type { XmlElement } from '../../../../shared/xml/index.ts';

// Not imported from shared/xml/index.ts, because that also exports the readers, which need Node.
export { writeXml } from '../../../../shared/xml/write.ts';
export type { XmlElement, XmlInput } from '../../../../shared/xml/index.ts';

/** The first child of that name. */
export function child({ children }: XmlElement, name: string): XmlElement | undefined {
  return children.find((element) => element.name === name);
}

export function children(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((one) => one.name === name);
}
