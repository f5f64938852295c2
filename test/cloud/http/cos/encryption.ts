import { createHash } from 'node:crypto';
import type { Attributes } from '../../cos/index.ts';
import type { CosCall, Headers } from './call.ts';
import { failures } from './failures.ts';

const SSE = 'x-cos-server-side-encryption';
const CUSTOMER = `${SSE}-customer-`;
const COPY_SOURCE_CUSTOMER = `x-cos-copy-source-server-side-encryption-customer-`;

type Encryption = Attributes['encryption'];

export function encryptionFromHeaders(headers: Headers): Encryption {
  const md5 = customerKeyMd5(headers);
  if (md5 !== undefined) return { algorithm: 'SSE-C', customerKeyMd5: md5 };
  const algorithm = headers.get(SSE);
  if (algorithm === undefined) return undefined;
  if (algorithm === 'AES256' || algorithm === 'SM4') return { algorithm };
  if (algorithm !== 'cos/kms') throw failures.invalidArgument('The encryption method is not supported.');
  const kmsKeyId = headers.get(`${SSE}-cos-kms-key-id`);
  return kmsKeyId === undefined ? { algorithm } : { algorithm, kmsKeyId };
}

/** MD5 of the customer's key in a GET or HEAD. Throws SsecDecryptHeaderInvalid when key and digest differ. */
export function customerKeyMd5(headers: Headers): string | undefined {
  return customerKey(headers, CUSTOMER);
}

/** The same for the source of a copy. */
export function copySourceKeyMd5(headers: Headers): string | undefined {
  return customerKey(headers, COPY_SOURCE_CUSTOMER);
}

/** The MD5 of the customer's key; the key itself is not kept. */
function customerKey(headers: Headers, prefix: string): string | undefined {
  const algorithm = headers.get(`${prefix}algorithm`);
  const key = headers.get(`${prefix}key`);
  const md5 = headers.get(`${prefix}key-md5`);
  if (algorithm === undefined && key === undefined && md5 === undefined) return undefined;
  const bytes = Buffer.from(key ?? '', 'base64');
  const fits = bytes.length === 32 && createHash('md5').update(bytes).digest('base64') === md5;
  if (algorithm !== 'AES256' || !fits) throw failures.customerKey();
  return md5;
}

/**
 * How an upload is encrypted. Each of its parts must bring the customer's key that the upload was begun with, or none:
 * COS keeps no key. Throws SsecDecryptHeaderInvalid, and NoSuchUpload.
 */
export function demandUploadKey(call: CosCall, uploadId: string): Encryption {
  const encryption = call.core.getUploadEncryption(call.bucket, call.region, call.key, uploadId);
  if (customerKeyMd5(call.headers) !== encryption?.customerKeyMd5) throw failures.customerKey();
  return encryption;
}

export function encryptionHeaders(encryption: Encryption): [string, string][] {
  if (encryption === undefined) return [];
  const { algorithm, kmsKeyId, customerKeyMd5: md5 = '' } = encryption;
  if (algorithm === 'SSE-C') {
    return [
      [`${CUSTOMER}algorithm`, 'AES256'],
      [`${CUSTOMER}key-MD5`, md5],
    ];
  }
  const headers: [string, string][] = [[SSE, algorithm]];
  if (kmsKeyId !== undefined) headers.push([`${SSE}-cos-kms-key-id`, kmsKeyId]);
  return headers;
}
