import { XmlError } from '../xml/index.ts';
import type { XmlElement } from '../xml/index.ts';

/** `text`, or the child elements with their least and greatest number; their order is free. */
type Shape = 'text' | { readonly [name: string]: readonly [shape: Shape, least: number, most: number] };

const ONE = 1;
const MANY = Number.POSITIVE_INFINITY;

/** The shape of an optional element. An empty element counts as a missing one. */
const status: Shape = { Status: ['text', 0, ONE] };
const tag: Shape = { Key: ['text', ONE, ONE], Value: ['text', ONE, ONE] };

const rule: Shape = {
  ID: ['text', 0, ONE],
  Status: ['text', ONE, ONE],
  Priority: ['text', 0, ONE],
  Prefix: ['text', 0, ONE],
  Filter: [
    {
      Prefix: ['text', 0, ONE],
      Tag: [tag, 0, ONE],
      And: [{ Prefix: ['text', 0, ONE], Tag: [tag, 0, MANY] }, 0, ONE],
    },
    0,
    ONE,
  ],
  Destination: [
    {
      Bucket: ['text', ONE, ONE],
      StorageClass: ['text', 0, ONE],
      EncryptionConfiguration: [{ ReplicaKmsKeyID: ['text', 0, ONE] }, 0, ONE],
    },
    ONE,
    ONE,
  ],
  DeleteMarkerReplication: [status, 0, ONE],
  SourceSelectionCriteria: [{ SseKmsEncryptedObjects: [status, 0, ONE] }, 0, ONE],
  ExistingObjectReplication: [{ ...status, Versions: ['text', 0, ONE] }, 0, ONE],
  ReplicaAcl: [status, 0, ONE],
  ReplicationTime: [{ ...status, Time: [{ Minutes: ['text', 0, ONE] }, 0, ONE] }, 0, ONE],
};

// The number of rules is not limited here: too many have an error of their own.
const configuration: Children = { Role: ['text', ONE, ONE], Rule: [rule, ONE, MANY] };

/** Checks a replication configuration piece by piece, as it is read. */
export interface SchemaCheck {
  /** A child of the root. Throws `XmlError` `MalformedXML`. */
  child(element: XmlElement, root: XmlElement): void;
  /** The root after all its children. Throws `XmlError` `MalformedXML`. */
  end(root: XmlElement): void;
}

/**
 * The elements that COS documents, and the few that this service adds. An unknown element is refused, because it would
 * otherwise be dropped silently.
 */
export function createSchemaCheck(): SchemaCheck {
  const counts: Counts = new Map();
  return {
    child: (element, root) => {
      // Checked at the first child already, because under another root all children are wrong.
      if (counts.size === 0) checkRoot(root);
      checkShape(element, shapeOf(element, root, configuration, counts));
    },
    end: (root) => {
      checkRoot(root);
      checkCounts(root, configuration, counts);
    },
  };
}

type Counts = Map<string, number>;
type Children = Exclude<Shape, 'text'>;

function checkRoot(root: XmlElement): void {
  if (root.name !== 'ReplicationConfiguration') throw malformed(`the root element is ${named(root.name)}`);
  checkAttributes(root);
  if (root.text.trim() !== '') throw malformed(`${named(root.name)} holds text where elements belong`);
}

function checkShape(element: XmlElement, shape: Shape): void {
  checkAttributes(element);
  if (shape === 'text') {
    if (element.children.length > 0) throw malformed(`${named(element.name)} holds elements where text belongs`);
    return;
  }
  if (element.text.trim() !== '') throw malformed(`${named(element.name)} holds text where elements belong`);
  const counts: Counts = new Map();
  for (const child of element.children) checkShape(child, shapeOf(child, element, shape, counts));
  checkCounts(element, shape, counts);
}

/** The expected shape of a child. The child is counted. */
function shapeOf(child: XmlElement, parent: XmlElement, shape: Children, counts: Counts): Shape {
  // Own names only: <constructor> must not find an inherited property.
  const entry = Object.hasOwn(shape, child.name) ? shape[child.name] : undefined;
  if (entry === undefined) throw malformed(`${named(child.name)} is not an element of ${named(parent.name)}`);
  const count = (counts.get(child.name) ?? 0) + 1;
  if (count > entry[2]) throw malformed(`${named(parent.name)} has more than one ${named(child.name)}`);
  counts.set(child.name, count);
  return entry[0];
}

function checkCounts(element: XmlElement, shape: Children, counts: Counts): void {
  for (const [name, [, least]] of Object.entries(shape)) {
    if ((counts.get(name) ?? 0) < least) throw malformed(`${named(element.name)} has no ${named(name)}`);
  }
}

/** Namespace declarations have no meaning here. They are accepted, and not returned. */
function checkAttributes({ name, attributes }: XmlElement): void {
  const unknown = Object.keys(attributes).find((attribute) => !/^(?:xmlns(?::|$)|xsi:)/.test(attribute));
  if (unknown !== undefined)
    throw malformed(`${named(name)} has the attribute ${JSON.stringify(unknown.slice(0, 64))}`);
}

function named(name: string): string {
  return `<${name.length > 64 ? `${name.slice(0, 64)}…` : name}>`;
}

function malformed(reason: string): XmlError {
  return new XmlError(
    `The XML you provided was not well-formed or did not validate against our published schema: ${reason}.`,
  );
}
