import { ALL_USERS, type CopyAttributes, type Grant, type ObjectHead } from '../../shared/cos/index.ts';
import { CONTENT_HEADERS } from '../../shared/cos/types.ts';
import type { Attributes, Version } from '../cloud/cos/index.ts';

const PLAIN_ACL = { canned: 'default', grants: [] } as const;

/** The ACLs that the client sends and understands. Public read has a form of its own. */
export const aclOf = (grants: readonly Grant[]): Attributes['acl'] => ({
  canned: grants.some(isForAll) ? 'public-read' : 'default',
  grants: grants.filter((grant) => !isForAll(grant)),
});

const isForAll = ({ permission, grantee }: Grant): boolean => permission === 'READ' && grantee === ALL_USERS;

export const grantsOf = ({ attributes: { acl } }: Version): readonly Grant[] => [
  ...(acl.canned === 'public-read' ? [{ permission: 'READ', grantee: ALL_USERS } as const] : []),
  ...(acl.grants as readonly Grant[]),
];

/** ms since 1970, in whole seconds as COS gives them. */
export const secondsOf = ({ time }: Version): number => Math.floor(time / 1e6) * 1000;

/** Attributes of a user's plain upload. */
export const plain = (some: Partial<Attributes> = {}): Attributes => ({
  headers: {},
  meta: {},
  storageClass: 'STANDARD',
  tags: [],
  acl: PLAIN_ACL,
  encryption: undefined,
  ...some,
});

export const attributesOf = (attributes: CopyAttributes): Attributes =>
  plain({
    headers: attributes.headers,
    meta: attributes.meta,
    storageClass: attributes.storageClass,
    tags: attributes.tags ?? [],
    acl: aclOf(attributes.grants ?? []),
    encryption: encryptionOf(attributes.encryption),
  });

/** The client refuses to send the other two. */
function encryptionOf(encryption: CopyAttributes['encryption']): Attributes['encryption'] {
  if (encryption === undefined || encryption.algorithm === 'SSE-C' || encryption.algorithm === 'unknown')
    return undefined;
  const { algorithm, kmsKeyId } = encryption;
  return kmsKeyId === undefined ? { algorithm } : { algorithm, kmsKeyId };
}

export function headOf(version: Version): ObjectHead {
  const { attributes } = version;
  return {
    versionId: version.versionId,
    etag: version.etag,
    size: version.blob?.size ?? 0,
    lastModified: secondsOf(version),
    crc64: version.blob?.crc64,
    storageClass: attributes.storageClass,
    headers: Object.fromEntries(
      Object.entries(attributes.headers).filter(([name]) => (CONTENT_HEADERS as readonly string[]).includes(name)),
    ),
    meta: attributes.meta,
    encryption: attributes.encryption && {
      algorithm: attributes.encryption.algorithm,
      kmsKeyId: attributes.encryption.kmsKeyId,
    },
    restore: version.restoredUntil === undefined ? undefined : 'ongoing-request="false", expiry-date="later"',
    ...(version.appendable === true ? { appendable: true } : {}),
  };
}
