import { END, FlatXml, NOT_FLAT, unlessNotFlat } from '../xml/index.ts';
import { optionalText, readRoot, requireText } from './answers.ts';
import type { CallKind } from './calls.ts';
import { AT, FieldReader, NAMES } from './quick-fields.ts';
import type { Answer } from './transport.ts';

/** The texts in the body of an answer to a copy. */
interface CopyTexts {
  readonly etag: string;
  /** '' where it is missing or empty, as is `crc64`. */
  readonly versionId: string;
  readonly crc64: string;
}

/** Throws `UnusableAnswer`, and `CosError` for an error that came with a 200. */
export function strictCopy(call: CallKind, answer: Answer): CopyTexts {
  const result = readRoot(call, answer, 'CopyObjectResult');
  return {
    versionId: optionalText(result, 'VersionId') ?? '',
    etag: requireText(result, 'ETag'),
    crc64: optionalText(result, 'CRC64') ?? '',
  };
}

/**
 * The same, cut out of the bytes of a plain answer. Undefined for an answer that is not plain, reports an error, is
 * damaged or lacks the ETag; it must then be read strictly.
 */
export function quickCopy(document: Uint8Array): CopyTexts | undefined {
  return unlessNotFlat(() => {
    const xml = new FlatXml(document, NAMES);
    const fields = new FieldReader(xml);
    xml.begin();
    if (xml.open() !== AT.CopyObjectResult) throw NOT_FLAT;
    xml.enter();
    for (let name = xml.open(); name !== END; name = xml.open()) {
      // The strict reader refuses a field that occurs twice.
      if (fields.has(name)) throw NOT_FLAT;
      fields.read(name);
    }
    xml.close(AT.CopyObjectResult);
    xml.end();
    const etag = fields.required(AT.ETag).trim();
    if (etag === '') throw NOT_FLAT;
    return { versionId: fields.optional(AT.VersionId).trim(), etag, crc64: fields.optional(AT.CRC64).trim() };
  });
}
