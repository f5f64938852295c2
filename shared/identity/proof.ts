import type { ObjectHead } from '../cos/index.ts';
import type { Proof } from './types.ts';

/** Facts about the bytes of a version, from a HEAD or from the answer to a write. */
export interface Bytes {
  readonly crc64: string | undefined;
  /** With or without quotes. */
  readonly etag: string;
  /** Undefined in the answer to a write. */
  readonly size?: number | undefined;
}

const unquoted = (etag: string): string => etag.replaceAll('"', '');

/** The ETag depends on the bytes alone only for an upload in one piece without a KMS key. */
const isDigest = (etag: string): boolean => /^[0-9a-f]{32}$/i.test(unquoted(etag));
const tellsBytes = ({ etag, encryption }: ObjectHead): boolean =>
  isDigest(etag) && (encryption === undefined || encryption.algorithm === 'AES256');

/** The strongest proof that is available: CRC64; on older sources the ETag, or only the size. */
export function proofOf(source: ObjectHead, inParts: boolean): Proof {
  if (source.crc64 !== undefined) return { by: 'crc64', value: source.crc64 };
  // A replica that is written in parts gets another ETag than its source.
  if (!inParts && tellsBytes(source)) return { by: 'etag', value: unquoted(source.etag) };
  return { by: 'size', value: String(source.size) };
}

/** Whether the bytes match the proof. An unknown size proves nothing. */
export function proves({ by, value }: Proof, bytes: Bytes): boolean {
  if (by === 'crc64') return bytes.crc64 === value;
  return by === 'etag' ? unquoted(bytes.etag) === value : String(bytes.size) === value;
}

/** Whether two versions have the same size and, where both have one, the same CRC64. */
export const sameBytes = (a: ObjectHead, b: ObjectHead): boolean =>
  a.size === b.size && (a.crc64 === undefined || b.crc64 === undefined || a.crc64 === b.crc64);

/**
 * Whether `stays` may replace `gone` as a copy of `original`. CRC64 can be forged, so of two that agree in it the one
 * with the original's ETag is genuine. If neither has that ETag, it decides nothing: COS makes a new one for copies of
 * objects that were uploaded in parts.
 */
export const mayStandFor = (stays: ObjectHead, gone: ObjectHead, original: ObjectHead): boolean =>
  sameBytes(stays, original) && (stays.etag === original.etag || gone.etag !== original.etag);

const LETTERS = { crc64: 'c', etag: 'e', size: 's' } as const;

export const writeProof = ({ by, value }: Proof): string => LETTERS[by] + value;

/** Undefined when the text is not a proof. */
export function readProof(text: string): Proof | undefined {
  const value = text.slice(1);
  if (text.startsWith('c') && /^\d{1,20}$/.test(value)) return { by: 'crc64', value };
  if (text.startsWith('e') && isDigest(value)) return { by: 'etag', value };
  return text.startsWith('s') && /^\d{1,16}$/.test(value) ? { by: 'size', value } : undefined;
}
