import type { Place } from '../../../shared/cos/index.ts';
import { child, children, readXml, textOf } from '../../../shared/xml/index.ts';
import type { Reader } from './reader.ts';

/** The tags of one version in one text, in the order of COS; '' when it has none. */
export async function readTags(reader: Reader, place: Place, key: string, versionId: string): Promise<string> {
  const answer = await reader.find(place, key, { tagging: '', versionId });
  if (answer === undefined) return '';
  const set = child(readXml(answer), 'TagSet');
  if (set === undefined) return '';
  return children(set, 'Tag')
    .map((tag) => `${textOf(tag, 'Key')}=${textOf(tag, 'Value')}`)
    .join('&');
}
