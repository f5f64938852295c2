import { child, children, textOf } from '../../../../shared/xml/index.ts';
import type { XmlElement } from '../../../../shared/xml/index.ts';
import type { Attributes } from '../../cos/index.ts';
import { el } from './answers.ts';
import { failures } from './failures.ts';

type Tags = Attributes['tags'];

/** `x-cos-tagging`: `k=v&k=v`, each side URL-encoded. */
export function tagsFromText(text: string): Tags {
  if (text === '') return [];
  return text.split('&').map((pair) => {
    const equals = pair.indexOf('=');
    return equals < 0 ? [decode(pair), ''] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw failures.invalidTag('The tag is not URL-encoded UTF-8.');
  }
}

export function tagsFromXml(tagging: XmlElement): Tags {
  const set = child(tagging, 'TagSet');
  if (set === undefined) throw failures.malformedXml();
  return children(set, 'Tag').map((tag) => [textOf(tag, 'Key') ?? '', textOf(tag, 'Value') ?? '']);
}

export function tagsToXml(tags: Tags): XmlElement {
  return el('Tagging', [
    el(
      'TagSet',
      tags.map(([key, value]) => el('Tag', [el('Key', key), el('Value', value)])),
    ),
  ]);
}
