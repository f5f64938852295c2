import type { CopyAttributes, Encryption, Grant, ObjectHead } from '../../cos/index.ts';
import type { Rule } from '../../rules/index.ts';

/**
 * Everything that travels with the bytes. `meta`: user metadata with the marker. Tags are left to COS, which copies
 * those of that very version.
 */
export function attributesOf(
  head: ObjectHead,
  rule: Rule,
  meta: CopyAttributes['meta'],
  grants: readonly Grant[] | undefined,
): CopyAttributes {
  return {
    headers: head.headers,
    meta,
    storageClass: rule.storageClass ?? head.storageClass,
    encryption: encryptionOf(head, rule),
    grants,
  };
}

/** A replica that is copied within its bucket keeps its attributes; only the marker changes. */
export const raisedAttributes = (
  head: ObjectHead,
  meta: CopyAttributes['meta'],
  grants: readonly Grant[] | undefined,
): CopyAttributes => ({
  headers: head.headers,
  meta,
  storageClass: head.storageClass,
  encryption: head.encryption,
  grants,
});

/** A KMS key belongs to its region, so a KMS replica is encrypted with the destination key that the rule names. */
function encryptionOf(head: ObjectHead, rule: Rule): Encryption | undefined {
  if (head.encryption?.algorithm === 'cos/kms') return { algorithm: 'cos/kms', kmsKeyId: rule.kmsKeyId };
  return head.encryption;
}
