import { children, textOf } from '../../../../../shared/xml/index.ts';
import type { XmlElement } from '../../../../../shared/xml/index.ts';
import { CosFailure } from '../../../cos/index.ts';
import type { CorsRule } from '../../../cos/index.ts';
import type { CloudResponse } from '../../../types.ts';
import { el, empty, xml } from '../answers.ts';
import { receiveXml } from '../body.ts';
import type { CosCall } from '../call.ts';
import { optionalNumber } from './numbers.ts';

export async function putCors(call: CosCall): Promise<CloudResponse> {
  const document = await receiveXml(call, 'CORSConfiguration');
  const cors = children(document, 'CORSRule').map(ruleFromXml);
  call.core.configureBucket(call.bucket, call.region, { cors });
  return empty();
}

export async function getCors(call: CosCall): Promise<CloudResponse> {
  const { cors } = call.core.getSettings(call.bucket, call.region);
  if (cors === undefined) {
    throw new CosFailure('NoSuchCORSConfiguration', 404, 'The CORS configuration does not exist.');
  }
  return xml(el('CORSConfiguration', cors.map(ruleToXml)));
}

export async function deleteCors(call: CosCall): Promise<CloudResponse> {
  call.core.configureBucket(call.bucket, call.region, { cors: undefined });
  return empty(204);
}

function ruleFromXml(rule: XmlElement): CorsRule {
  return {
    id: textOf(rule, 'ID') || undefined,
    origins: texts(rule, 'AllowedOrigin'),
    methods: texts(rule, 'AllowedMethod'),
    headers: texts(rule, 'AllowedHeader'),
    exposed: texts(rule, 'ExposeHeader'),
    maxAgeSeconds: optionalNumber(rule, 'MaxAgeSeconds'),
  };
}

const texts = (rule: XmlElement, name: string): string[] => children(rule, name).map(({ text }) => text.trim());

function ruleToXml({ id, origins, methods, headers, exposed, maxAgeSeconds }: CorsRule): XmlElement {
  const list = (name: string, values: readonly string[]) => values.map((value) => el(name, value));
  return el('CORSRule', [
    id === undefined ? undefined : el('ID', id),
    ...list('AllowedOrigin', origins),
    ...list('AllowedMethod', methods),
    ...list('AllowedHeader', headers),
    ...list('ExposeHeader', exposed),
    maxAgeSeconds === undefined ? undefined : el('MaxAgeSeconds', maxAgeSeconds),
  ]);
}
