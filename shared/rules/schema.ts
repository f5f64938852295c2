import { XmlError } from '../xml/index.ts';
import type { XmlElement } from '../xml/index.ts';

/** Rules of one configuration, by the API page of PUT Bucket replication. */
export const MAX_RULES = 1000;

/** `text`, or the child elements with how often each may stand; their order is free. */
type Shape = 'text' | { readonly [name: string]: readonly [shape: Shape, least: number, most: number] };

const ONE = 1;
const MANY = Number.POSITIVE_INFINITY;

const status: Shape = { Status: ['text', ONE, ONE] };
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
  // COS documents a default for this Status alone.
  DeleteMarkerReplication: [{ Status: ['text', 0, ONE] }, 0, ONE],
  SourceSelectionCriteria: [{ SseKmsEncryptedObjects: [status, 0, ONE] }, 0, ONE],
  ExistingObjectReplication: [{ ...status, Versions: ['text', 0, ONE] }, 0, ONE],
  ReplicaAcl: [status, 0, ONE],
  ReplicationTime: [{ ...status, Time: [{ Minutes: ['text', ONE, ONE] }, 0, ONE] }, 0, ONE],
};

// The upper bound of rules is not the schema's: it has an error of its own.
const configuration: Shape = { Role: ['text', ONE, ONE], Rule: [rule, ONE, MANY] };

/**
 * Checks the elements of a replication configuration against what COS documents and the few that this service adds.
 * Throws `XmlError` `MalformedXML`: an element that is not known would otherwise be dropped in silence.
 */
export function checkSchema(root: XmlElement): void {
  if (root.name !== 'ReplicationConfiguration') throw malformed(`the root element is ${named(root.name)}`);
  checkShape(root, configuration);
}

function checkShape(element: XmlElement, shape: Shape): void {
  checkAttributes(element);
  if (shape === 'text') {
    if (element.children.length > 0) throw malformed(`${named(element.name)} holds elements where text belongs`);
    return;
  }
  if (element.text.trim() !== '') throw malformed(`${named(element.name)} holds text where elements belong`);
  const counts = new Map<string, number>();
  for (const child of element.children) {
    // Own names only: <constructor> must not find what every object inherits.
    const entry = Object.hasOwn(shape, child.name) ? shape[child.name] : undefined;
    if (entry === undefined) throw malformed(`${named(child.name)} is not an element of ${named(element.name)}`);
    counts.set(child.name, (counts.get(child.name) ?? 0) + 1);
    checkShape(child, entry[0]);
  }
  for (const [name, [, least, most]] of Object.entries(shape)) {
    const count = counts.get(name) ?? 0;
    if (count < least) throw malformed(`${named(element.name)} has no ${named(name)}`);
    if (count > most) throw malformed(`${named(element.name)} has more than one ${named(name)}`);
  }
}

/** Namespace declarations mean nothing here and are let through; they are not given back. */
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
