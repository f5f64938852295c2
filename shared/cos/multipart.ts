import { children, writeXml } from '../xml/index.ts';
import { failureOfStatus, header, optionalText, quoted, readRoot, requireText } from './answers.ts';
import { attributeHeaders, copySourceHeaders } from './attributes.ts';
import { UnusableAnswer } from './calls.ts';
import type { Call, Invoke } from './calls.ts';
import { reading } from './objects.ts';
import type { Cos, Part, Place, WriteResult } from './types.ts';

type MultipartCalls = Pick<
  Cos,
  'initiateMultipart' | 'uploadPartCopy' | 'listParts' | 'completeMultipart' | 'abortMultipart'
>;

export function multipartCalls(invoke: Invoke): MultipartCalls {
  return {
    initiateMultipart: async (place, key, attributes) => {
      const call: Call<string> = {
        method: 'POST',
        place,
        key,
        query: [['uploads', '']],
        headers: attributeHeaders(attributes),
        effect: 'write',
        reader: reading((answer) => requireText(readRoot(call, answer, 'InitiateMultipartUploadResult'), 'UploadId')),
      };
      return invoke(call);
    },

    uploadPartCopy: async (place, key, { uploadId, partNumber, source, range }) => {
      const call: Call<string> = {
        method: 'PUT',
        place,
        key,
        query: [
          ['partNumber', String(partNumber)],
          ['uploadId', uploadId],
        ],
        headers: [...copySourceHeaders(source), ['x-cos-copy-source-range', `bytes=${range[0]}-${range[1]}`]],
        // A part that is sent twice replaces itself.
        effect: 'repeatable',
        slow: true,
        reader: reading((answer) => quoted(requireText(readRoot(call, answer, 'CopyPartResult'), 'ETag'))),
      };
      return invoke(call);
    },

    listParts: async (place, key, uploadId) => {
      const parts: Part[] = [];
      for (let marker: string | undefined; ;) {
        const page = await invoke(partsPage(place, key, uploadId, marker));
        parts.push(...page.parts);
        if (page.next === undefined) return parts;
        marker = page.next;
      }
    },

    completeMultipart: (place, key, uploadId, parts) => {
      const call: Call<WriteResult> = {
        method: 'POST',
        place,
        key,
        query: [['uploadId', uploadId]],
        headers: [['Content-Type', 'application/xml']],
        body: Buffer.from(completion(parts)),
        effect: 'write',
        slow: true,
        reader: reading((answer) => {
          const result = readRoot(call, answer, 'CompleteMultipartUploadResult');
          return {
            versionId: optionalText(result, 'VersionId') ?? header(answer, 'x-cos-version-id'),
            etag: quoted(requireText(result, 'ETag')),
            crc64: optionalText(result, 'CRC64') ?? header(answer, 'x-cos-hash-crc64ecma'),
          };
        }),
      };
      return invoke(call);
    },

    abortMultipart: (place, key, uploadId) => {
      const call: Call<void> = {
        method: 'DELETE',
        place,
        key,
        query: [['uploadId', uploadId]],
        effect: 'repeatable',
        accepts: [404],
        reader: reading((answer) => {
          if (answer.status !== 404) return;
          const failure = failureOfStatus(call, answer);
          // The upload was aborted before, or completed: nothing is left to abort.
          if (failure.code !== 'NoSuchUpload') throw failure;
        }),
      };
      return invoke(call);
    },
  };
}

function completion(parts: readonly { partNumber: number; etag: string }[]): string {
  return writeXml({
    name: 'CompleteMultipartUpload',
    children: parts.map(({ partNumber, etag }) => ({
      name: 'Part',
      children: [
        { name: 'PartNumber', text: String(partNumber) },
        { name: 'ETag', text: etag },
      ],
    })),
  });
}

function partsPage(
  place: Place,
  key: string,
  uploadId: string,
  marker: string | undefined,
): Call<{ readonly parts: readonly Part[]; readonly next: string | undefined }> {
  const call: Call<{ readonly parts: readonly Part[]; readonly next: string | undefined }> = {
    method: 'GET',
    place,
    key,
    query: [['uploadId', uploadId], ...(marker === undefined ? [] : [['part-number-marker', marker] as const])],
    effect: 'read',
    reader: reading((answer) => {
      const result = readRoot(call, answer, 'ListPartsResult');
      const parts = children(result, 'Part').map((part) => ({
        partNumber: requireInteger(requireText(part, 'PartNumber')),
        etag: quoted(requireText(part, 'ETag')),
        size: requireInteger(requireText(part, 'Size')),
      }));
      if (requireText(result, 'IsTruncated') !== 'true') return { parts, next: undefined };
      const next = requireText(result, 'NextPartNumberMarker');
      if (next === marker) throw new UnusableAnswer('the listing goes on where it began');
      return { parts, next };
    }),
  };
  return call;
}

function requireInteger(text: string): number {
  if (!/^[0-9]{1,16}$/.test(text)) throw new UnusableAnswer(`${JSON.stringify(text)} is not a number`);
  return Number(text);
}
