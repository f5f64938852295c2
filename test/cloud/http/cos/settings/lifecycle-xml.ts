import { randomUUID } from 'node:crypto';
import { child, children, textOf } from '../../../../../shared/xml/index.ts';
import type { XmlElement } from '../../../../../shared/xml/index.ts';
import type { LifecycleRule, LifecycleTime } from '../../../cos/index.ts';
import { el } from '../answers.ts';
import { failures } from '../failures.ts';
import { dateOf, optionalNumber, wholeNumber } from './numbers.ts';

const KNOWN: Readonly<Record<string, readonly string[]>> = {
  Rule: [
    'ID',
    'Prefix',
    'Filter',
    'Status',
    'Expiration',
    'Transition',
    'NoncurrentVersionExpiration',
    'NoncurrentVersionTransition',
    'AbortIncompleteMultipartUpload',
  ],
  Filter: ['And', 'Prefix', 'PrefixNotEquals', 'Tag', 'ObjectSizeGreaterThan', 'ObjectSizeLessThan'],
  And: ['Prefix', 'PrefixNotEquals', 'Tag', 'ObjectSizeGreaterThan', 'ObjectSizeLessThan'],
  Expiration: ['Days', 'Date', 'ExpiredObjectDeleteMarker'],
  Transition: ['Days', 'Date', 'StorageClass'],
  NoncurrentVersionExpiration: ['NoncurrentDays'],
  NoncurrentVersionTransition: ['NoncurrentDays', 'StorageClass'],
  AbortIncompleteMultipartUpload: ['DaysAfterInitiation'],
};

/** Throws MalformedXML, because an unknown element would be a condition or an action without effect. */
export function ruleFromXml(rule: XmlElement): LifecycleRule {
  checkKnown(rule);
  const status = textOf(rule, 'Status');
  if (status !== 'Enabled' && status !== 'Disabled') throw failures.malformedXml();
  const expiration = child(rule, 'Expiration');
  const noncurrent = child(rule, 'NoncurrentVersionExpiration');
  const abort = child(rule, 'AbortIncompleteMultipartUpload');
  const expiredMarkers = expiration === undefined ? undefined : textOf(expiration, 'ExpiredObjectDeleteMarker');
  if (expiredMarkers !== undefined && !['true', 'false'].includes(expiredMarkers)) throw failures.malformedXml();
  return {
    id: textOf(rule, 'ID') || randomUUID(),
    enabled: status === 'Enabled',
    ...filterFrom(rule),
    expiration: expiration === undefined || expiredMarkers !== undefined ? undefined : timeFrom(expiration),
    expiredMarkers: expiredMarkers === 'true',
    transitions: children(rule, 'Transition').map((entry) => ({ ...timeFrom(entry), ...classFrom(entry) })),
    noncurrentExpiration: noncurrent && wholeNumber(noncurrent, 'NoncurrentDays'),
    noncurrentTransitions: children(rule, 'NoncurrentVersionTransition').map((entry) => ({
      days: wholeNumber(entry, 'NoncurrentDays'),
      ...classFrom(entry),
    })),
    abortUploads: abort && wholeNumber(abort, 'DaysAfterInitiation'),
  };
}

type Filter = Pick<LifecycleRule, 'prefix' | 'notPrefix' | 'tags' | 'largerThan' | 'smallerThan'>;

/** Older clients put the prefix in the rule itself. */
function filterFrom(rule: XmlElement): Filter {
  const filter = child(rule, 'Filter') ?? rule;
  const within = child(filter, 'And') ?? filter;
  return {
    prefix: textOf(within, 'Prefix') ?? '',
    notPrefix: textOf(within, 'PrefixNotEquals') || undefined,
    tags: children(within, 'Tag').map((tag) => [textOf(tag, 'Key') ?? '', textOf(tag, 'Value') ?? ''] as const),
    largerThan: optionalNumber(within, 'ObjectSizeGreaterThan'),
    smallerThan: optionalNumber(within, 'ObjectSizeLessThan'),
  };
}

function timeFrom(entry: XmlElement): LifecycleTime {
  const days = optionalNumber(entry, 'Days');
  if (days === undefined) return { date: dateOf(entry, 'Date') };
  if (child(entry, 'Date') !== undefined) throw failures.malformedXml();
  return { days };
}

function classFrom(entry: XmlElement): { storageClass: string } {
  const storageClass = textOf(entry, 'StorageClass');
  if (!storageClass) throw failures.malformedXml();
  return { storageClass: storageClass.toUpperCase() };
}

function checkKnown(element: XmlElement): void {
  const known = KNOWN[element.name];
  if (known === undefined) return;
  for (const entry of element.children) {
    if (!known.includes(entry.name)) throw failures.malformedXml();
    checkKnown(entry);
  }
}

export function ruleToXml(rule: LifecycleRule): XmlElement {
  const days = rule.noncurrentExpiration;
  return el('Rule', [
    el('ID', rule.id),
    filterToXml(rule),
    el('Status', rule.enabled ? 'Enabled' : 'Disabled'),
    rule.expiration && el('Expiration', [timeToXml(rule.expiration)]),
    rule.expiredMarkers ? el('Expiration', [el('ExpiredObjectDeleteMarker', true)]) : undefined,
    ...rule.transitions.map((entry) => el('Transition', [timeToXml(entry), el('StorageClass', entry.storageClass)])),
    days === undefined ? undefined : el('NoncurrentVersionExpiration', [el('NoncurrentDays', days)]),
    ...rule.noncurrentTransitions.map((entry) =>
      el('NoncurrentVersionTransition', [el('NoncurrentDays', entry.days), el('StorageClass', entry.storageClass)]),
    ),
    rule.abortUploads === undefined
      ? undefined
      : el('AbortIncompleteMultipartUpload', [el('DaysAfterInitiation', rule.abortUploads)]),
  ]);
}

function filterToXml({ prefix, notPrefix, tags, largerThan, smallerThan }: Filter): XmlElement {
  const conditions = [
    prefix === '' ? undefined : el('Prefix', prefix),
    notPrefix === undefined ? undefined : el('PrefixNotEquals', notPrefix),
    ...tags.map(([key, value]) => el('Tag', [el('Key', key), el('Value', value)])),
    largerThan === undefined ? undefined : el('ObjectSizeGreaterThan', largerThan),
    smallerThan === undefined ? undefined : el('ObjectSizeLessThan', smallerThan),
  ].filter((condition) => condition !== undefined);
  return el('Filter', conditions.length > 1 ? [el('And', conditions)] : conditions);
}

const timeToXml = (time: LifecycleTime): XmlElement =>
  'days' in time ? el('Days', time.days) : el('Date', new Date(time.date).toISOString());
