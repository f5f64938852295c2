import { mistake, text, type Mistake } from './mistake.ts';

const COPY = 'shared/replication/act/copy.ts';

/** Mistakes about the rights and the encryption of replicas, which no rule of the protocol covers. */
export const PROPERTIES: readonly Mistake[] = [
  mistake(
    'the rights of an object are not read',
    ['granted', 100],
    text(COPY, 'rule.replicaAcl ? await grantsOf(run, source, entry.versionId) : undefined', 'undefined'),
  ),
  mistake(
    'replicas get rights that no rule asks for',
    ['granted', 100],
    text(
      COPY,
      'rule.replicaAcl ? await grantsOf(run, source, entry.versionId) : undefined',
      'await grantsOf(run, source, entry.versionId)',
    ),
  ),
  mistake(
    'a replica that is copied on top again loses its rights',
    ['granted', 200],
    text(COPY, 'withAcl ? await grantsOf(run, destination, item.versionId) : undefined', 'undefined'),
  ),
  mistake(
    'a replica is put under the KMS key of its source',
    ['granted', 100],
    text(
      'shared/replication/act/attributes.ts',
      "if (head.encryption?.algorithm === 'cos/kms') return { algorithm: 'cos/kms', kmsKeyId: rule.kmsKeyId };",
      '',
    ),
  ),
];
