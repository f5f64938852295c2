import { ServiceError } from '../errors/index.ts';
import { encode } from '../signing/index.ts';
import type { Pairs } from '../signing/index.ts';
import { ALL_USERS } from './grants.ts';
import { copySourceOf } from './keys.ts';
import { CONTENT_HEADERS } from './types.ts';
import type { CopyAttributes, CopySource, Encryption, Grant } from './types.ts';

const GRANT_HEADERS: Readonly<Record<Grant['permission'], string>> = {
  READ: 'x-cos-grant-read',
  READ_ACP: 'x-cos-grant-read-acp',
  WRITE_ACP: 'x-cos-grant-write-acp',
  FULL_CONTROL: 'x-cos-grant-full-control',
};
const CARRIED: ReadonlySet<string> = new Set(CONTENT_HEADERS);

/**
 * The attributes of a new object, as request headers. The storage class is always set, because a copy without it
 * becomes STANDARD. Tags are set only when given; see `CopyAttributes.tags`.
 */
export function attributeHeaders(attributes: CopyAttributes): Pairs {
  const { headers, meta, storageClass, tags = [], encryption, grants = [] } = attributes;
  const foreign = Object.keys(headers).find((name) => !CARRIED.has(name));
  if (foreign !== undefined) throw refusal(`${foreign} is not a header that travels with an object`);
  return [
    ...Object.entries(headers),
    ...Object.entries(meta).map(([name, value]) => [`x-cos-meta-${name}`, value] as const),
    ['x-cos-storage-class', storageClass],
    ...(tags.length === 0 ? [] : [['x-cos-tagging', tagText(tags)] as const]),
    ...encryptionHeaders(encryption),
    ...grantHeaders(grants),
  ];
}

/** The directives of a copy: metadata is always replaced, tags only when given. */
export function directiveHeaders({ tags }: CopyAttributes): Pairs {
  return [
    ['x-cos-metadata-directive', 'Replaced'],
    ['x-cos-tagging-directive', tags === undefined ? 'Copy' : 'Replaced'],
  ];
}

export function copySourceHeaders(source: CopySource): Pairs {
  const headers: [string, string][] = [['x-cos-copy-source', copySourceOf(source)]];
  if (source.ifMatch !== undefined) headers.push(['x-cos-copy-source-If-Match', source.ifMatch]);
  return headers;
}

function tagText(tags: readonly (readonly [string, string])[]): string {
  return tags.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
}

function encryptionHeaders(encryption: Encryption | undefined): Pairs {
  if (encryption === undefined) return [];
  const { algorithm, kmsKeyId } = encryption;
  if (algorithm === 'SSE-C') throw refusal('an object with a customer key cannot be written without that key');
  if (algorithm === 'unknown') throw refusal(`the encryption ${JSON.stringify(encryption.named)} is not known`);
  const headers: [string, string][] = [['x-cos-server-side-encryption', algorithm]];
  if (kmsKeyId !== undefined) headers.push(['x-cos-server-side-encryption-cos-kms-key-id', kmsKeyId]);
  return headers;
}

/**
 * Everyone has a canned form, the only documented one for a group. All others are `id="…"`, the form in which Tencent's
 * SDKs turn the ACL of an object into headers.
 */
export function grantHeaders(grants: readonly Grant[]): Pairs {
  const lists = new Map<string, string[]>();
  let publicRead = false;
  for (const { permission, grantee } of grants) {
    if (/["\p{Cc}]/u.test(grantee)) throw refusal('a grantee holds a quote or a control character');
    if (grantee === ALL_USERS && permission === 'READ') {
      publicRead = true;
      continue;
    }
    const name = GRANT_HEADERS[permission];
    const list = lists.get(name) ?? [];
    list.push(`${grantee.startsWith('http') ? 'uri' : 'id'}="${grantee}"`);
    lists.set(name, list);
  }
  const headers = [...lists].map(([name, list]) => [name, list.join(',')] as const);
  return publicRead ? [['x-cos-acl', 'public-read'], ...headers] : headers;
}

function refusal(message: string): ServiceError {
  return new ServiceError(message, { code: 'InvalidArgument', status: 400 });
}
