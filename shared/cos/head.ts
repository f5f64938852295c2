import { UnusableAnswer } from './calls.ts';
import { header, quoted } from './answers.ts';
import type { Answer } from './transport.ts';
import { CONTENT_HEADERS } from './types.ts';
import type { Encryption, ObjectHead } from './types.ts';

const META = 'x-cos-meta-';
const SSE = 'x-cos-server-side-encryption';

/** The headers of a HEAD or GET answer as an object. Values are kept byte for byte. */
export function readHead(answer: Answer): ObjectHead {
  const headers = CONTENT_HEADERS.flatMap((name) => {
    const value = header(answer, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const meta = Object.keys(answer.headers)
    .filter((name) => name.startsWith(META))
    .map((name) => [name.slice(META.length), header(answer, name) ?? ''] as const);
  const tagCount = Number(header(answer, 'x-cos-tagging-count'));
  return {
    versionId: header(answer, 'x-cos-version-id'),
    etag: requireEtag(answer),
    size: requireNumber(answer, 'content-length', Number),
    lastModified: requireNumber(answer, 'last-modified', Date.parse),
    crc64: readCrc64(answer),
    storageClass: header(answer, 'x-cos-storage-class')?.toUpperCase() ?? 'STANDARD',
    headers: Object.fromEntries(headers),
    meta: Object.fromEntries(meta),
    encryption: readEncryption(answer),
    restore: header(answer, 'x-cos-restore'),
    ...(header(answer, 'x-cos-object-type') === 'appendable' ? { appendable: true } : {}),
    ...(tagCount > 0 ? { tagCount } : {}),
  };
}

/** A value in another form proves nothing. If it counted as a checksum, every copy would look wrong. */
function readCrc64(answer: Answer): string | undefined {
  const text = header(answer, 'x-cos-hash-crc64ecma') ?? '';
  return /^\d{1,20}$/.test(text) ? text : undefined;
}

export function requireEtag(answer: Answer): string {
  const etag = header(answer, 'etag');
  if (!etag) throw new UnusableAnswer('the answer has no ETag');
  return quoted(etag);
}

export function requireNumber(answer: Answer, name: string, parse: (text: string) => number): number {
  const value = parse(header(answer, name) || 'missing');
  if (!Number.isFinite(value)) throw new UnusableAnswer(`the answer has no usable ${name}`);
  return value;
}

/** The clock of the answering region, in ms since 1970. */
export function readDate(answer: Answer): number {
  return requireNumber(answer, 'date', Date.parse);
}

function readEncryption(answer: Answer): Encryption | undefined {
  if (header(answer, `${SSE}-customer-algorithm`) !== undefined) return { algorithm: 'SSE-C' };
  const algorithm = header(answer, SSE);
  if (algorithm === 'cos/kms') return { algorithm, kmsKeyId: header(answer, `${SSE}-cos-kms-key-id`) };
  if (algorithm === 'AES256' || algorithm === 'SM4') return { algorithm };
  // If it counted as unencrypted, its replica would lose a protection unnoticed. If it counted as a broken answer, the
  // object would block all other versions of its key.
  return algorithm === undefined ? undefined : { algorithm: 'unknown', named: algorithm };
}
