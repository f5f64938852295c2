import { child, children, textOf } from '../xml/index.ts';
import type { XmlElement } from '../xml/index.ts';
import { readDestination } from './destination.ts';
import {
  FIRST_PRIORITY,
  LAST_PRIORITY,
  LONGEST_ID,
  LONGEST_PREFIX,
  LONGEST_TAG_KEY,
  LONGEST_TAG_VALUE,
  MOST_TAGS,
} from './limits.ts';
import { invalid, quote } from './refusal.ts';
import type { DocumentRule } from './types.ts';

/** Any text that can be a header value; the key IDs of KMS are far shorter. */
const KMS_KEY = /^[\x21-\x7e]{1,1024}$/;
const STORAGE_CLASS = /^(?:MAZ_)?(?:STANDARD|STANDARD_IA|INTELLIGENT_TIERING|ARCHIVE|DEEP_ARCHIVE)$/;
/** Whether COS's documents name the class. */
export const isStorageClass = (text: string): boolean => STORAGE_CLASS.test(text);

/** A rule whose ID may be missing: it is '' where the document has none. */
export function readRule(element: XmlElement): DocumentRule {
  const { prefix, tags } = readFilter(element);
  const destination = only(element, 'Destination');
  return {
    id: readId(element),
    enabled: readStatus(element, 'Rule'),
    priority: readPriority(word(element, 'Priority')),
    prefix,
    tags,
    destination: readDestination(word(destination, 'Bucket') ?? ''),
    storageClass: readStorageClass(word(destination, 'StorageClass')),
    kmsKeyId: readKmsKey(word(child(destination, 'EncryptionConfiguration'), 'ReplicaKmsKeyID')),
    kmsObjects: switchedOn(child(only(element, 'SourceSelectionCriteria'), 'SseKmsEncryptedObjects')),
    deleteMarkers: readDeleteMarkers(child(element, 'DeleteMarkerReplication'), tags.length > 0),
    replicaAcl: switchedOn(child(element, 'ReplicaAcl')),
    existing: readExisting(child(element, 'ExistingObjectReplication')),
  };
}

/** Checks elements that are only returned: a stored document must be valid throughout. */
export function checkReplicationTime(rule: XmlElement): void {
  const element = child(rule, 'ReplicationTime');
  if (element === undefined) return;
  switchedOn(element);
  const minutes = word(child(element, 'Time'), 'Minutes') ?? '';
  if (minutes !== '' && !/^[1-9]\d{0,5}$/.test(minutes)) {
    throw invalid('InvalidArgument', `ReplicationTime/Time/Minutes is ${quote(minutes)}, not a number of minutes.`);
  }
}

function readId(rule: XmlElement): string {
  const id = textOf(rule, 'ID') ?? '';
  if (id.length > LONGEST_ID) throw invalid('InvalidArgument', `An ID is longer than ${LONGEST_ID} characters.`);
  return id.trim() === '' ? '' : id;
}

function readFilter(rule: XmlElement): Pick<DocumentRule, 'prefix' | 'tags'> {
  const filter = child(rule, 'Filter');
  const and = filter === undefined ? undefined : child(filter, 'And');
  // SDKs also send the fields of their model that are not set, such as an empty Prefix beside And.
  const beside = filter?.children.some((one) => one !== and && !(one.name === 'Prefix' && one.text === '')) ?? false;
  if (and !== undefined && beside) {
    throw invalid('InvalidArgument', 'A Filter with And holds nothing beside it.');
  }
  const inner = and ?? filter;
  const plain = textOf(rule, 'Prefix') ?? '';
  // An empty Prefix has no meaning, wherever it stands.
  const filtered = inner === undefined ? '' : (textOf(inner, 'Prefix') ?? '');
  if (plain !== '' && filtered !== '' && plain !== filtered) {
    throw invalid('InvalidArgument', 'A rule has both a Prefix and a Filter that names another one.');
  }
  const prefix = filtered === '' ? plain : filtered;
  if (Buffer.byteLength(prefix) > LONGEST_PREFIX) {
    throw invalid('InvalidArgument', `A Prefix is longer than ${LONGEST_PREFIX} bytes.`);
  }
  return { prefix, tags: inner === undefined ? [] : readTags(inner) };
}

function readTags(filter: XmlElement): DocumentRule['tags'] {
  const tags = children(filter, 'Tag').map((tag) => [textOf(tag, 'Key') ?? '', textOf(tag, 'Value') ?? ''] as const);
  if (tags.length > MOST_TAGS) throw invalid('InvalidArgument', `A Filter has more than ${MOST_TAGS} tags.`);
  for (const [key, value] of tags) {
    if (key === '' || key.length > LONGEST_TAG_KEY || value.length > LONGEST_TAG_VALUE) {
      throw invalid('InvalidTag', `The tag ${quote(key)} of a Filter is empty or too long.`);
    }
  }
  if (new Set(tags.map(([key]) => key)).size < tags.length) {
    throw invalid('InvalidTag', 'A Filter names a tag key twice.');
  }
  return tags;
}

/** 0 when the document has none. */
function readPriority(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  const priority = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (priority >= FIRST_PRIORITY && priority <= LAST_PRIORITY) return priority;
  throw invalid(
    'InvalidArgument',
    `The Priority ${quote(text)} is not a whole number from ${FIRST_PRIORITY} to ${LAST_PRIORITY}.`,
  );
}

function readStorageClass(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  // The Java SDK and several samples write `Standard`.
  const storageClass = text.toUpperCase();
  if (!isStorageClass(storageClass)) {
    throw invalid('InvalidArgument', `The StorageClass ${quote(text)} is not one that replicas can have.`);
  }
  return storageClass;
}

function readKmsKey(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (!KMS_KEY.test(text)) throw invalid('InvalidArgument', `The ReplicaKmsKeyID ${quote(text)} is not a key ID.`);
  return text;
}

/** COS replicates delete markers by default. Only objects have tags, so a tag filter excludes delete markers. */
function readDeleteMarkers(element: XmlElement | undefined, tagged: boolean): boolean {
  const told = element === undefined || isUnset(element) ? undefined : switchedOn(element);
  if (!tagged) return told ?? true;
  if (told !== true) return false;
  throw invalid(
    'InvalidArgument',
    'A rule with a tag filter cannot replicate delete markers, which have no tags. Set DeleteMarkerReplication to Disabled or leave it out.',
  );
}

function readExisting(element: XmlElement | undefined): DocumentRule['existing'] {
  if (!switchedOn(element)) return undefined;
  const versions = word(element, 'Versions') || 'All';
  if (versions !== 'All' && versions !== 'Current') {
    throw invalid('InvalidArgument', `ExistingObjectReplication/Versions is ${quote(versions)}, not All or Current.`);
  }
  return versions;
}

/** Off when the element is missing or empty: COS leaves elements empty that are not set. */
function switchedOn(element: XmlElement | undefined): boolean {
  return element !== undefined && !isUnset(element) && readStatus(element, element.name);
}

const isUnset = (element: XmlElement): boolean => (word(element, 'Status') ?? '') === '';

function readStatus(element: XmlElement, owner: string): boolean {
  const status = word(element, 'Status') ?? '';
  if (status !== 'Enabled' && status !== 'Disabled') {
    throw invalid('InvalidArgument', `The Status ${quote(status)} of ${owner} is not Enabled or Disabled.`);
  }
  return status === 'Enabled';
}

/** Text around which blanks have no meaning. */
function word(element: XmlElement | undefined, name: string): string | undefined {
  return element === undefined ? undefined : textOf(element, name)?.trim();
}

/** A child element to read further; an empty element when there is none. */
function only(element: XmlElement, name: string): XmlElement {
  return child(element, name) ?? { name, text: '', attributes: {}, children: [] };
}
