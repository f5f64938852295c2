import { instead, mistake, text, without, type Mistake } from './mistake.ts';

/** Mistakes about scans: their ledger, their writes without a lease, and their results. */
export const SCANS: readonly Mistake[] = [
  mistake(
    'a key is remembered before it was proved',
    ['one-way', 400],
    // Every key counts as right as soon as it was listed.
    instead(
      'P37',
      `if (tally.entries > 0)
        this.ledger.prove(tally.hash, stand.kind === 'right' ? stand.note : undefined);`,
    ),
    instead(
      'P37b',
      `if (known || this.range.pass === 1) return { stacks, tally, outcome: REMEMBERED, remembered: true };`,
    ),
  ),
  mistake(
    'a key is proved without its plan',
    ['one-way', 400],
    instead('P37c', "const stands = !seen.doubtful && planned.kind === 'steps';"),
  ),
  mistake(
    'open tasks do not hold back the moment up to which everything is replicated',
    ['one-way', 400],
    instead('P38', 'if (oldest !== -1) return listed;'),
  ),
  mistake(
    'a deleted key without replicas counts as removed at the destination',
    ['one-way', 400],
    instead('P46', 'return true;'),
  ),
  mistake(
    'a scan for tags and ACLs relies on the proofs of earlier scans',
    'test/functions/scan/properties.test.ts',
    instead('P47b', 'if (this.#earlier.isProved(hash)) return true;'),
  ),
  mistake(
    'a scan for tags and ACLs compares none',
    'test/functions/scan/properties.test.ts',
    instead('P47', 'const isSame = true as boolean | Ending;'),
  ),
  mistake('written keys are not looked at again', ['one-way', 400], without('P39'), without('P39b')),
  mistake(
    'a verification accepts any replica of the key for a version',
    ['one-way', 100],
    instead('P45', 'const its = [...this.#replicas.values()].flat();'),
  ),
  mistake('a verification does not report missing versions', ['one-way', 20], without('P45b')),
  mistake(
    'a null version is proved without the metadata that tells it from others of its second',
    ['one-way', 1, 3_000_106],
    text(
      'shared/replication/listed.ts',
      'if (newest !== undefined && !newest.deleteMarker && isNull(newest.versionId))',
      'if (newest !== undefined && newest.deleteMarker && isNull(newest.versionId))',
    ),
  ),
  mistake(
    'a version that lifecycle has removed counts as replicated while work of its key waits',
    ['lifecycle', 1, 5_000_262],
    text('shared/scan/treat.ts', 'expired: new Set(proof?.expired),', 'expired: new Set(),'),
  ),
];
