import { child, children } from '../client/xml.ts';
import type { XmlElement } from '../client/xml.ts';

export type Tag = readonly [key: string, value: string];

/** Fields of a rule on this page. Texts are as they stand in the input fields. */
export interface RuleFields {
  readonly id: string;
  readonly enabled: boolean;
  /** '' when the rule has none. */
  readonly priority: string;
  readonly prefix: string;
  readonly tags: readonly Tag[];
  readonly bucket: string;
  readonly region: string;
  /** '' keeps the class of the source object. */
  readonly storageClass: string;
  readonly kmsKeyId: string;
  readonly kmsObjects: boolean;
  readonly deleteMarkers: boolean;
  readonly existing: '' | 'Current' | 'All';
  readonly replicaAcl: boolean;
}

export const NEW_RULE: RuleFields = {
  id: '',
  enabled: true,
  priority: '',
  prefix: '',
  tags: [],
  bucket: '',
  region: '',
  storageClass: '',
  kmsKeyId: '',
  kmsObjects: false,
  deleteMarkers: true,
  existing: '',
  replicaAcl: false,
};

/** Elements that the fields of the page show; others are kept unchanged. */
const SHOWN = new Set([
  'ID',
  'Status',
  'Priority',
  'Prefix',
  'Filter',
  'Destination',
  'DeleteMarkerReplication',
  'SourceSelectionCriteria',
  'ExistingObjectReplication',
  'ReplicaAcl',
]);

export function readFields(rule: XmlElement): RuleFields {
  const filter = at(rule, 'Filter');
  const inner = at(filter, 'And') ?? filter;
  const tags =
    inner === undefined ? [] : children(inner, 'Tag').map((tag): Tag => [text(tag, 'Key'), text(tag, 'Value')]);
  const destination = at(rule, 'Destination');
  const markers = at(at(rule, 'DeleteMarkerReplication'), 'Status');
  return {
    id: text(rule, 'ID'),
    enabled: isOn(rule),
    priority: text(rule, 'Priority').trim(),
    prefix: text(inner, 'Prefix') || text(rule, 'Prefix'),
    tags,
    ...readDestination(text(destination, 'Bucket').trim()),
    storageClass: text(destination, 'StorageClass').trim().toUpperCase(),
    kmsKeyId: text(at(destination, 'EncryptionConfiguration'), 'ReplicaKmsKeyID').trim(),
    kmsObjects: isOn(at(at(rule, 'SourceSelectionCriteria'), 'SseKmsEncryptedObjects')),
    // As in COS: they are replicated unless the rule says otherwise, and never with a tag filter.
    deleteMarkers: tags.length === 0 && markers?.text.trim() !== 'Disabled',
    existing: readExisting(at(rule, 'ExistingObjectReplication')),
    replicaAcl: isOn(at(rule, 'ReplicaAcl')),
  };
}

/** Names of the elements of a rule that the page keeps without showing them. */
export function otherElements(rule: XmlElement): string[] {
  return rule.children.map(({ name }) => name).filter((name) => !SHOWN.has(name));
}

/**
 * `qcs::cos:<region>::<bucket>` and the older spellings with `appid/…`, where the bucket's name lacks the appid. A text
 * that cannot be parsed has an empty region.
 */
function readDestination(resource: string): Pick<RuleFields, 'bucket' | 'region'> {
  const [, , service, region = '', account = '', name = ''] = resource.split(':');
  if (service !== 'cos' || name === '') return { bucket: resource, region: '' };
  const appid = /^appid\/(\d+)$/.exec(account)?.[1];
  return { region, bucket: appid === undefined || name.endsWith(`-${appid}`) ? name : `${name}-${appid}` };
}

function readExisting(element: XmlElement | undefined): RuleFields['existing'] {
  if (!isOn(element)) return '';
  return text(element, 'Versions').trim() === 'Current' ? 'Current' : 'All';
}

const at = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element === undefined ? undefined : child(element, name);

const text = (element: XmlElement | undefined, name: string): string => at(element, name)?.text ?? '';

const isOn = (element: XmlElement | undefined): boolean => text(element, 'Status').trim() === 'Enabled';
