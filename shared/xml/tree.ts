import { XmlError } from './error.ts';
import { createXmlReader } from './stream.ts';
import type { ChildLimits, XmlElement, XmlLimits } from './types.ts';

/** An element whose end tag is still to come. */
interface OpenElement extends XmlElement {
  text: string;
  readonly children: XmlElement[];
}

/** Reads a whole document into a tree. Throws `XmlError`. */
export function readXml(document: Uint8Array | string, limits?: XmlLimits): XmlElement {
  const found: XmlElement[] = [];
  const root = readXmlByChild(document, (element) => found.push(element), limits);
  return { ...root, children: found };
}

/**
 * Reads a document whose root has many children, and holds one of them at a time. Each is passed to `each` when it has
 * ended, together with the root's own name and attributes. The returned root has no children. Nothing that was passed
 * on is valid before this has returned. Throws `XmlError`, and whatever `each` throws.
 */
export function readXmlByChild(
  document: Uint8Array | string,
  each: (element: XmlElement, root: XmlElement) => void,
  { maxChildElements = Number.POSITIVE_INFINITY, ...limits }: XmlLimits & ChildLimits = {},
): XmlElement {
  const stack: OpenElement[] = [];
  let root: OpenElement | undefined;
  let elements = 0;
  const reader = createXmlReader(
    {
      open: (name, depth, attributes) => {
        const element: OpenElement = { name, text: '', attributes, children: [] };
        root ??= element;
        elements = depth <= 2 ? 1 : elements + 1;
        if (elements > maxChildElements) {
          throw new XmlError(`<${stack[1]?.name}> holds more than ${maxChildElements} elements.`, {
            code: 'XMLSizeLimit',
          });
        }
        if (depth > 2) stack.at(-1)?.children.push(element);
        stack.push(element);
      },
      close: (_name, depth, text) => {
        const element = stack.pop();
        if (element === undefined || root === undefined) return;
        element.text = text;
        if (depth === 2) each(element, root);
      },
    },
    limits,
  );
  reader.write(typeof document === 'string' ? new TextEncoder().encode(document) : document);
  reader.close();
  if (root === undefined) throw new XmlError('The document has no root element.');
  return root;
}

/** All children of that name, in document order. */
export function children(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((candidate) => candidate.name === name);
}

/**
 * The child of that name; undefined when there is none. Throws `XmlError` when there are several, because a caller that
 * expects one would silently lose the others.
 */
export function child(element: XmlElement, name: string): XmlElement | undefined {
  const found = children(element, name);
  if (found.length > 1) throw new XmlError(`<${element.name}> has more than one <${name}>.`);
  return found[0];
}

/**
 * The text of the child of that name, blanks included ('' where it is empty); undefined when there is none. Throws
 * `XmlError` when there are several, or when the child holds elements instead of text.
 */
export function textOf(element: XmlElement, name: string): string | undefined {
  const found = child(element, name);
  if (found !== undefined && found.children.length > 0) {
    throw new XmlError(`<${name}> holds elements where text belongs.`);
  }
  return found?.text;
}
