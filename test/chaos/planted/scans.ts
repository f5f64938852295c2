import { mistake, type Mistake } from './mistake.ts';

const WALK = 'shared/scan/walk.ts';
const LISTED = 'shared/replication/listed.ts';

/** Scans: what they remember, what they write without a lease, and what they say. */
export const SCANS: readonly Mistake[] = [
  mistake(
    'a key is remembered before it was proved',
    ['one-way', 400],
    // Taken for right as it was listed, whatever was found.
    [WALK, 'if (outcome.proved && tally.entries > 0 && this.#isSettled(tally.youngest))', 'if (tally.entries > 0)'],
    [
      WALK,
      'if (known) return { stacks, tally, outcome: REMEMBERED, remembered: true };',
      'if (known || this.range.pass === 1) return { stacks, tally, outcome: REMEMBERED, remembered: true };',
    ],
  ),
  mistake(
    'a proof does not ask what is to be done',
    ['one-way', 400],
    [LISTED, "planned.kind === 'steps' && planned.steps.length === 0,", "planned.kind === 'steps',"],
  ),
  mistake(
    'what is open does not hold back up to when all is there',
    ['one-way', 400],
    ['shared/scan/keep.ts', 'if (oldest === null) return listed;', 'if (oldest !== -1) return listed;'],
  ),
  mistake(
    'what was written is not looked at again',
    ['one-way', 400],
    [WALK, 'range.again ||= outcome.again;', ''],
    [LISTED, 'if (listed.destination.length > 0 || listed.source.length > MOST) return false;', ''],
  ),
];
