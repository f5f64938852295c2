import { before, instead, mistake, without, type Mistake } from './mistake.ts';

/** Mistakes about the reads of a look, and about recognising a replica. */
export const LOOKS: readonly Mistake[] = [
  mistake(
    'the version that an event names counts as the current one',
    ['bursts', 600],
    instead('P1', "if (work.hints.length > 0) return 'this';"),
  ),
  mistake(
    'the version that an event names is put on top',
    ['bursts', 100],
    instead('P1b', 'run.heads.source(work.hints[0]),'),
    without('P1d'),
  ),
  mistake(
    'an event without version ID ends when the current version is in sync',
    ['unnamed', 100],
    instead('P2', 'const isMeant = true;'),
  ),
  mistake(
    'the destination is looked at before the key is taken',
    ['bursts', 300],
    before('P3', 'Object.assign(run, { early: await run.heads.destination() });'),
    instead('P3b', 'const there = (run as unknown as { early: HeadResult }).early;'),
  ),
  mistake('a 404 counts as an empty stack', ['bursts', 300], instead('P4', 'if (destination) return true;')),
  mistake(
    'keys that begin with the key count as the key',
    ['one-way', 100],
    instead('P5', 'const entries = page.entries.filter((entry) => entry.key.startsWith(key));'),
  ),
  mistake('only the first page of a listing is read', ['one-way', 400], instead('P5b', 'this.#next = undefined;')),
  mistake(
    'a version that moves between two pages counts as missing',
    'test/functions/replicate/several-writers.test.ts',
    without('P6b'),
  ),
  mistake(
    'versions with the same bytes count as one',
    ['bursts', 300],
    instead(
      'P11',
      `if (replica !== undefined && there.found && there.head.etag === head.etag)
        return named === 'this' && replica.named && !mayBeOfAnother(replica) ? { kind: 'in-sync' } : FULL;`,
    ),
    before(
      'P11b',
      `const { items } = (run as unknown as { memory: { items: Map<string, { marker?: Marker }> } }).memory;
       if ([...items.values()].some(({ marker }) => marker?.proof.value === head.crc64)) return NONE;`,
    ),
  ),
  mistake('a replication marker is believed without its signature', ['malice', 200], without('P16')),
  mistake('any version with our replication marker counts as ours', ['crowded', 400], without('P17')),
  mistake(
    'a version with the ID of an attempt counts as ours at any age',
    ['crowded', 400],
    instead('P17b', 'export const landedInTime = (_head: ObjectHead, _marker: Marker): boolean => true;'),
  ),
];
