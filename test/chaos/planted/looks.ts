import { before, instead, mistake, without, type Mistake } from './mistake.ts';

/** Mistakes about the reading of a look, and about recognising a replica. */
export const LOOKS: readonly Mistake[] = [
  mistake(
    'the version that an event names is taken for the current one',
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
    'an event that names no version and finds all in sync is done',
    ['unnamed', 100],
    instead('P2', 'const isMeant = true;'),
  ),
  mistake(
    'the destination is looked at before the key is taken',
    ['bursts', 300],
    before('P3', 'Object.assign(run, { early: await run.heads.destination() });'),
    instead('P3b', 'const there = (run as unknown as { early: HeadResult }).early;'),
  ),
  mistake('a 404 is taken for "nothing there"', ['bursts', 300], instead('P4', 'if (destination) return true;')),
  mistake(
    'keys that begin with the key are taken for it',
    ['one-way', 100],
    instead('P5', 'const entries = page.entries.filter((entry) => entry.key.startsWith(key));'),
  ),
  mistake(
    'a listing is read no further than its first page',
    ['one-way', 400],
    instead('P5b', 'this.#next = undefined;'),
  ),
  mistake('a version that moves between two pages is taken for missing', ['mesh', 1, 105], without('P6b')),
  mistake(
    'versions of the same bytes are taken for one',
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
  mistake('a marker is believed without its signature', ['malice', 200], without('P16')),
  mistake('any version with our marker is taken for ours', ['crowded', 400], without('P17')),
  mistake(
    'a version counts as ours for ever',
    ['crowded', 400],
    instead('P17b', 'export const landedInTime = (_head: ObjectHead, _marker: Marker): boolean => true;'),
  ),
];
