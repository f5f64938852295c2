import { mistake, text, type Mistake } from './mistake.ts';

const COPY = 'shared/replication/act/copy.ts';
const BRING = 'shared/replication/act/properties.ts';

/** Mistakes about the rights, tags and encryption of replicas, which no rule of the protocol covers. */
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
  mistake(
    'tags that were changed later are left as they are',
    ['changed-in-place', 100],
    text(
      BRING,
      "if (tags !== undefined) await at('destination', () => cos.putTags(destination, key, item.versionId, tags));",
      '',
    ),
  ),
  mistake(
    'rights that were changed later are left as they are',
    ['changed-in-place', 100],
    text(
      BRING,
      'const hasGrants = grants === undefined || ',
      'const hasGrants = grants === undefined || grants.length > 0 || ',
    ),
  ),
  mistake(
    'somebody who names a key is not given its later tags and rights',
    ['changed-in-place', 100],
    text('shared/tasks/reattempt.ts', '  compare: true,\n});', '  compare: false,\n});'),
  ),
  mistake(
    'rights are brought over though no rule asks for it',
    ['changed-in-place', 200],
    text(BRING, 'const grants = rule.replicaAcl', 'const grants = rule.enabled'),
  ),
  mistake(
    'a version that only its owner can open stops its key',
    ['sealed', 100],
    text(
      'shared/replication/run/heads.ts',
      'isSealed(error) ? await sealedHead(this.#base, side, versionId, date) : undefined',
      'undefined',
    ),
  ),
  mistake(
    'a version that only its owner can open is copied like any other',
    ['sealed', 100],
    text('shared/replication/decide/skips.ts', "if (algorithm === 'SSE-C') return 'customer-key';", ''),
  ),
  mistake(
    'a base names a delete marker above a version that may be copied some day',
    ['sealed', 200],
    text('shared/replication/decide/bases.ts', 'i === 0 || newest[i - 1] === entries[i - 1]?.ref', 'true'),
  ),
];
