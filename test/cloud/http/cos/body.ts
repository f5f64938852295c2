import type { XmlElement } from '../../../../shared/xml/index.ts';
import { readXml } from '../../../../shared/xml/index.ts';
import type { Blob } from '../../cos/index.ts';
import type { CosCall } from './call.ts';
import { failures } from './failures.ts';
import { paced, trafficLimit } from './pace.ts';

/** Bytes of one PUT or one part. */
export const LARGEST_UPLOAD = 5 * 1024 ** 3;
/** A multi-delete of 1000 long keys, each escaped, is below this; so is a list of 10,000 parts. */
const LARGEST_XML = 8 * 1024 ** 2;

/** Receives an object or a part. Throws before anything is stored when length or digest do not fit. */
export async function receiveBlob(call: CosCall): Promise<Blob> {
  const digest = announcedDigest(call.headers.get('content-md5'));
  const length = announcedLength(call);
  if (length === undefined && call.headers.get('transfer-encoding') === undefined) throw failures.missingLength();
  const limit = trafficLimit(call);
  const { body } = call.request;
  const blob = await call.blobs.fromStream(limit === undefined ? body : paced(body, limit), LARGEST_UPLOAD);
  if (length !== undefined && blob.size !== length) throw failures.incompleteBody();
  if (digest !== undefined && blob.md5 !== digest.toString('hex')) throw failures.badDigest();
  return blob;
}

/** The request's XML document. Throws MissingRequestBodyError, MalformedXML, XMLSizeLimit, BadDigest. */
export async function receiveXml(call: CosCall, root: string): Promise<XmlElement> {
  const bytes = await receiveBytes(call);
  if (bytes.length === 0) throw failures.missingBody();
  return parseRoot(bytes, root);
}

/** The same as `receiveXml`, but a request without a body is legal. */
export async function receiveOptionalXml(call: CosCall, root: string): Promise<XmlElement | undefined> {
  const bytes = await receiveBytes(call);
  return bytes.length === 0 ? undefined : parseRoot(bytes, root);
}

/** The request's document where it is not XML. Throws MissingRequestBodyError, XMLSizeLimit, BadDigest. */
export async function receiveText(call: CosCall): Promise<string> {
  const bytes = await receiveBytes(call);
  if (bytes.length === 0) throw failures.missingBody();
  return bytes.toString('utf8');
}

function parseRoot(bytes: Uint8Array, root: string): XmlElement {
  const document = readXml(bytes, { maxBytes: LARGEST_XML });
  if (document.name !== root) throw failures.malformedXml();
  return document;
}

async function receiveBytes(call: CosCall): Promise<Buffer> {
  const digest = announcedDigest(call.headers.get('content-md5'));
  const length = announcedLength(call);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of call.request.body) {
    size += chunk.length;
    if (size > LARGEST_XML) throw failures.xmlTooLarge();
    chunks.push(chunk);
  }
  if (length !== undefined && size !== length) throw failures.incompleteBody();
  const bytes = Buffer.concat(chunks);
  if (digest !== undefined) {
    const blob = call.blobs.fromBytes(bytes);
    if (blob.md5 !== digest.toString('hex')) throw failures.badDigest();
  }
  return bytes;
}

function announcedLength(call: CosCall): number | undefined {
  const text = call.headers.get('content-length');
  return text === undefined ? undefined : Number(text);
}

/** Throws InvalidDigest for a value that is not base64 of 16 bytes. */
export function announcedDigest(text: string | undefined): Buffer | undefined {
  if (text === undefined) return undefined;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 16 || bytes.toString('base64') !== text) throw failures.invalidDigest();
  return bytes;
}
