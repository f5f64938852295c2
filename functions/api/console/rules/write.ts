import type { XmlElement, XmlInput } from '../client/xml.ts';
import { NEW_RULE, readFields } from './fields.ts';
import type { RuleFields } from './fields.ts';

type Elements = readonly XmlInput[];

/**
 * A rule with the user's changes. Unchanged elements keep their spelling and place, and unknown elements are kept,
 * because their writer relies on them. Without `before` it is a new rule.
 */
export function writeRule(before: XmlElement | undefined, fields: RuleFields): XmlInput {
  const old = before === undefined ? undefined : readFields(before);
  const differs = (...names: readonly (keyof RuleFields)[]) =>
    names.some((name) => JSON.stringify((old ?? NEW_RULE)[name]) !== JSON.stringify(fields[name]));
  const isNew = old === undefined;
  let elements: Elements = before?.children ?? [];
  if (isNew || differs('id')) elements = put(elements, ['ID'], fields.id);
  if (isNew || differs('enabled')) elements = put(elements, ['Status'], status(fields.enabled));
  if (differs('priority')) elements = put(elements, ['Priority'], fields.priority);
  if (isNew || differs('prefix', 'tags')) elements = putFilter(elements, fields);
  if (isNew || differs('bucket', 'region')) {
    elements = put(elements, ['Destination', 'Bucket'], `qcs::cos:${fields.region}::${fields.bucket}`);
  }
  if (differs('storageClass')) elements = put(elements, ['Destination', 'StorageClass'], fields.storageClass);
  if (differs('kmsKeyId')) {
    elements = put(elements, ['Destination', 'EncryptionConfiguration', 'ReplicaKmsKeyID'], fields.kmsKeyId);
  }
  if (differs('kmsObjects')) {
    elements = put(
      elements,
      ['SourceSelectionCriteria', 'SseKmsEncryptedObjects', 'Status'],
      status(fields.kmsObjects),
    );
  }
  elements = putDeleteMarkers(elements, fields, isNew || differs('deleteMarkers', 'tags'));
  if (differs('existing')) elements = putExisting(elements, fields.existing);
  if (differs('replicaAcl')) elements = put(elements, ['ReplicaAcl', 'Status'], status(fields.replicaAcl));
  return { name: 'Rule', children: elements };
}

/** The rule enabled or disabled, and otherwise unchanged. */
export function switchRule(before: XmlElement, enabled: boolean): XmlInput {
  return { ...before, children: put(before.children, ['Status'], status(enabled)) };
}

const status = (on: boolean): string => (on ? 'Enabled' : 'Disabled');

/** Sets the text at a path; '' removes the element, and any parents that would be empty. */
function put(elements: Elements, [name = '', ...rest]: readonly string[], text: string): Elements {
  const found = elements.find((element) => element.name === name);
  const inner = rest.length === 0 ? [] : put(found?.children ?? [], rest, text);
  if (text === '' && inner.length === 0) return elements.filter((element) => element !== found);
  const made: XmlInput = rest.length === 0 ? { name, text } : { name, children: inner };
  return found === undefined ? [...elements, made] : elements.map((element) => (element === found ? made : element));
}

/** Without tags a plain Prefix, the form that every SDK reads; with tags a Filter. */
function putFilter(elements: Elements, { prefix, tags }: RuleFields): Elements {
  const rest = elements.filter(({ name }) => name !== 'Filter' && name !== 'Prefix');
  return [...rest, ...filterOf(prefix, tags)];
}

function filterOf(prefix: string, tags: RuleFields['tags']): Elements {
  const prefixElement: XmlInput = { name: 'Prefix', text: prefix };
  if (tags.length === 0) return [prefixElement];
  const tagElements = tags.map(([key, value]): XmlInput => ({
    name: 'Tag',
    children: [
      { name: 'Key', text: key },
      { name: 'Value', text: value },
    ],
  }));
  if (tags.length === 1 && prefix === '') return [{ name: 'Filter', children: tagElements }];
  const and: XmlInput = { name: 'And', children: [...(prefix === '' ? [] : [prefixElement]), ...tagElements] };
  return [{ name: 'Filter', children: [and] }];
}

/** Never added only to state the default, because some SDKs read its Status as that of the rule. */
function putDeleteMarkers(elements: Elements, { deleteMarkers, tags }: RuleFields, changed: boolean): Elements {
  const path = ['DeleteMarkerReplication', 'Status'];
  const found = elements.some(({ name }) => name === 'DeleteMarkerReplication');
  if (tags.length > 0 || !changed) return tags.length > 0 && changed ? put(elements, path, '') : elements;
  if (!deleteMarkers) return put(elements, path, status(false));
  return found ? put(elements, path, status(true)) : elements;
}

function putExisting(elements: Elements, existing: RuleFields['existing']): Elements {
  const path = (name: string) => ['ExistingObjectReplication', name];
  if (existing === '') return put(elements, path('Status'), status(false));
  return put(put(elements, path('Status'), status(true)), path('Versions'), existing);
}
