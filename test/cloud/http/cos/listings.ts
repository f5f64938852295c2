import type { XmlElement } from '../../../../shared/xml/index.ts';
import { lastModified } from '../../cos/index.ts';
import type { Version } from '../../cos/index.ts';
import type { CloudResponse } from '../../types.ts';
import { el, xml } from './answers.ts';
import type { CosCall } from './call.ts';
import { encoder, listingQuery } from './listing-query.ts';
import { appidOf } from '../../../../shared/cos/index.ts';
import { listingDate } from './times.ts';

export async function listObjects(call: CosCall): Promise<CloudResponse> {
  const { core, bucket, region, query } = call;
  const { prefix, delimiter, maxKeys } = listingQuery(query);
  const marker = query.get('marker') ?? '';
  const page = core.listObjects(bucket, region, { prefix, delimiter, marker, maxKeys });
  const text = encoder(query);
  const holder = owner(bucket);
  return xml(
    el('ListBucketResult', [
      el('Name', bucket),
      text.element,
      el('Prefix', text.encode(prefix)),
      el('Marker', text.encode(marker)),
      el('MaxKeys', maxKeys),
      delimiter === '' ? undefined : el('Delimiter', text.encode(delimiter)),
      el('IsTruncated', page.truncated),
      page.nextMarker === undefined ? undefined : el('NextMarker', text.encode(page.nextMarker)),
      ...commonPrefixes(page.commonPrefixes, text.encode),
      ...page.entries.map((entry) =>
        el('Contents', [
          el('Key', text.encode(entry.key)),
          el('LastModified', listingDate(lastModified(entry))),
          ...sizeAndTag(entry),
          holder,
          el('StorageClass', entry.attributes.storageClass),
        ]),
      ),
    ]),
    [['x-cos-bucket-region', region]],
  );
}

export async function listVersions(call: CosCall): Promise<CloudResponse> {
  const { core, bucket, region, query } = call;
  const { prefix, delimiter, maxKeys } = listingQuery(query);
  const keyMarker = query.get('key-marker') ?? '';
  const versionIdMarker = query.get('version-id-marker') ?? '';
  const page = core.listVersions(bucket, region, { prefix, delimiter, keyMarker, versionIdMarker, maxKeys });
  const text = encoder(query);
  const holder = owner(bucket);
  const unversioned = core.getVersioning(bucket, region) === undefined;
  return xml(
    el('ListVersionsResult', [
      text.element,
      el('Name', bucket),
      el('Prefix', text.encode(prefix)),
      el('KeyMarker', text.encode(keyMarker)),
      el('VersionIdMarker', versionIdMarker),
      el('MaxKeys', maxKeys),
      el('IsTruncated', page.truncated),
      page.nextKeyMarker === undefined ? undefined : el('NextKeyMarker', text.encode(page.nextKeyMarker)),
      page.nextVersionIdMarker === undefined ? undefined : el('NextVersionIdMarker', page.nextVersionIdMarker),
      delimiter === '' ? undefined : el('Delimiter', text.encode(delimiter)),
      ...commonPrefixes(page.commonPrefixes, text.encode),
      ...page.entries.map((entry) =>
        el(entry.deleteMarker ? 'DeleteMarker' : 'Version', [
          el('Key', text.encode(entry.key)),
          el('VersionId', unversioned ? '' : entry.versionId),
          el('IsLatest', entry.isLatest),
          el('LastModified', listingDate(lastModified(entry))),
          ...(entry.deleteMarker ? [] : [...sizeAndTag(entry), el('StorageClass', entry.attributes.storageClass)]),
          holder,
        ]),
      ),
    ]),
    [['x-cos-bucket-region', region]],
  );
}

function sizeAndTag(version: Version): XmlElement[] {
  return [el('ETag', version.etag), el('Size', version.blob?.size ?? 0)];
}

function owner(bucket: string): XmlElement {
  const appid = appidOf(bucket);
  return el('Owner', [el('ID', appid), el('DisplayName', appid)]);
}

function commonPrefixes(prefixes: readonly string[], encode: (text: string) => string): XmlElement[] {
  return prefixes.map((prefix) => el('CommonPrefixes', [el('Prefix', encode(prefix))]));
}
