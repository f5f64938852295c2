/** An element as it was read. It holds either text or child elements, never both. */
export interface XmlElement {
  readonly name: string;
  /** Exactly as in the document, blanks included; '' where there are child elements. */
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
}

/** An element to write; every `XmlElement` is one. */
export interface XmlInput {
  readonly name: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly children?: readonly XmlInput[];
}

export interface XmlLimits {
  /** Most bytes of the whole document; 4 MB by default. */
  readonly maxBytes?: number;
  /** Greatest depth of elements, 1 for the root; 16 by default. */
  readonly maxDepth?: number;
  /** 100,000 by default: a page of 1,000 versions has about 11,000. */
  readonly maxElements?: number;
}

export interface ChildLimits {
  /** Elements of one child of the root, itself counted; no limit by default. */
  readonly maxChildElements?: number;
}

export interface XmlHandlers {
  /** A start tag was read. The root has depth 1. */
  open?(name: string, depth: number, attributes: Readonly<Record<string, string>>): void;
  /** An end tag was read. `text` is that of the element itself, '' where it has child elements. */
  close?(name: string, depth: number, text: string): void;
}

/**
 * Reads a document that comes in chunks, split anywhere. After an `XmlError`, every further call throws the same one.
 * Errors of a handler pass through unchanged.
 */
export interface XmlReader {
  /** Throws `XmlError`. */
  write(chunk: Uint8Array): void;
  /** Throws `XmlError` when the document is not complete. Nothing that was read is valid before this has returned. */
  close(): void;
}
