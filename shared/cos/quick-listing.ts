import { END, FlatXml, NOT_FLAT, unlessNotFlat } from '../xml/index.ts';
import { AT, FieldReader, NAMES } from './quick-fields.ts';
import type { ObjectEntry, ObjectsPage, VersionEntry, VersionsPage } from './types.ts';

/**
 * A page of versions, cut out of the bytes of a plain answer. Undefined for an answer that is not plain, is damaged or
 * lacks something; it must then be read strictly. The result equals that of the strict reading.
 */
export function quickVersions(document: Uint8Array): VersionsPage | undefined {
  return unlessNotFlat(() => {
    const entries: VersionEntry[] = [];
    const top = readListing(document, AT.ListVersionsResult, (kind, fields, encoded) => {
      if (kind === AT.Contents) throw NOT_FLAT;
      entries.push(readVersion(fields, kind === AT.DeleteMarker, encoded));
    });
    const next = top.flag(AT.IsTruncated)
      ? {
          keyMarker: top.key(AT.NextKeyMarker, isEncoded(top)),
          versionIdMarker: top.optional(AT.NextVersionIdMarker),
        }
      : undefined;
    return { entries, next };
  });
}

/** The same for a page of objects. */
export function quickObjects(document: Uint8Array): ObjectsPage | undefined {
  return unlessNotFlat(() => {
    const entries: ObjectEntry[] = [];
    const top = readListing(document, AT.ListBucketResult, (kind, fields, encoded) => {
      if (kind !== AT.Contents) throw NOT_FLAT;
      entries.push({
        key: fields.key(AT.Key, encoded),
        lastModified: fields.time(AT.LastModified),
        etag: fields.etag(AT.ETag),
        size: fields.size(AT.Size),
      });
    });
    if (!top.flag(AT.IsTruncated)) return { entries, nextMarker: undefined };
    const next = top.optional(AT.NextMarker);
    const nextMarker = next === '' ? entries.at(-1)?.key : top.key(AT.NextMarker, isEncoded(top));
    if (nextMarker === undefined) throw NOT_FLAT;
    return { entries, nextMarker };
  });
}

function readVersion(fields: FieldReader, deleteMarker: boolean, encoded: boolean): VersionEntry {
  return {
    key: fields.key(AT.Key, encoded),
    versionId: fields.optional(AT.VersionId),
    isLatest: fields.flag(AT.IsLatest),
    deleteMarker,
    lastModified: fields.time(AT.LastModified),
    etag: deleteMarker ? '' : fields.etag(AT.ETag),
    size: deleteMarker ? 0 : fields.size(AT.Size),
    storageClass: fields.storageClass(AT.StorageClass),
  };
}

const isEncoded = (top: FieldReader): boolean => top.has(AT.EncodingType) && top.is(AT.EncodingType, AT.url);

/** Emits each entry with its fields, which are valid until the next entry, and then the fields outside the entries. */
function readListing(
  document: Uint8Array,
  root: number,
  each: (kind: number, fields: FieldReader, encoded: boolean) => void,
): FieldReader {
  const xml = new FlatXml(document, NAMES);
  const top = new FieldReader(xml);
  const fields = new FieldReader(xml);
  let found = false;
  xml.begin();
  if (xml.open() !== root) throw NOT_FLAT;
  xml.enter();
  for (let name = xml.open(); name !== END; name = xml.open()) {
    if (name === AT.Version || name === AT.DeleteMarker || name === AT.Contents) {
      xml.enter();
      fields.clear();
      for (let field = xml.open(); field !== END; field = xml.open()) fields.read(field);
      xml.close(name);
      each(name, fields, isEncoded(top));
      found = true;
    } else {
      // The keys before this element were read as if they were not encoded.
      if (name === AT.EncodingType && found) throw NOT_FLAT;
      top.read(name);
    }
  }
  xml.close(root);
  xml.end();
  return top;
}
