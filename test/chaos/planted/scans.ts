import { instead, mistake, without, type Mistake } from './mistake.ts';

/** Mistakes about scans: their memory, their writes without a lease, and their results. */
export const SCANS: readonly Mistake[] = [
  mistake(
    'a key is remembered before it was proved',
    ['one-way', 400],
    // Every key counts as right as it was listed.
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
    'a proof does not ask for the plan of the key',
    ['one-way', 400],
    instead('P37c', "const stands = !seen.doubtful && planned.kind === 'steps';"),
  ),
  mistake(
    'open work does not hold back the moment up to which all is there',
    ['one-way', 400],
    instead('P38', 'if (oldest !== -1) return listed;'),
  ),
  mistake(
    'a deleted key with nothing at the destination counts as removed there',
    ['one-way', 400],
    instead('P46', 'return true;'),
  ),
  mistake(
    'a scan for tags and ACLs goes by the proofs of earlier scans',
    'test/functions/scan/properties.test.ts',
    instead('P47b', 'if (this.#earlier.isProved(hash)) return true;'),
  ),
  mistake(
    'a scan for tags and ACLs compares none',
    'test/functions/scan/properties.test.ts',
    instead('P47', 'const isSame = true as boolean | Ending;'),
  ),
  mistake('what was written is not looked at again', ['one-way', 400], without('P39'), without('P39b')),
  mistake(
    'a verification takes any replica of the key for that of a version',
    ['one-way', 100],
    instead('P45', 'const its = [...this.#replicas.values()].flat();'),
  ),
  mistake('a verification says nothing of what is missing', ['one-way', 20], without('P45b')),
];
