import { before, instead, mistake, without, type Mistake } from './mistake.ts';

/** Mistakes about the conclusions of a look from both stacks. */
export const STACKS: readonly Mistake[] = [
  mistake(
    'versions are copied newest first',
    ['bursts', 100],
    instead('P7', "steps.unshift({ kind: 'copy', entry, base: baseOf(entry.ref) });"),
  ),
  mistake(
    'only the current version is copied',
    ['bursts', 100],
    instead('P7b', 'return entries.at(-1)?.ref.id === ref.id || isGap(ref);'),
  ),
  mistake(
    'a version missing between two replicas counts as removed by a lifecycle',
    ['one-way', 400],
    instead('P8', 'return highest === undefined || compare(ref, highest) > 0;'),
  ),
  mistake(
    'replicas stay in place when an older version must go below them',
    ['one-way', 400],
    instead('P10', 'return [];'),
  ),
  mistake('every look makes the delete markers again', ['late-deletions', 50], without('P12')),
  mistake('delete markers are not replicated', ['bursts', 100], without('P12b')),
  mistake(
    'a replica is removed when its version is gone at the source',
    ['one-way', 400],
    instead(
      'P13',
      `...[
        ...surplus,
        ...kept
          .filter(({ marker }) => !seen.sourceOrder.some((ref) => ref.id === marker.ref.id))
          .map((item) => ({ item, keep: item })),
      ]
        .filter(mayGo)
        .map(({ item, keep }): Step => ({ kind: 'remove', item, reason: 'surplus', keep })),`,
    ),
  ),
  mistake(
    'the old replica is removed before the new one exists',
    ['one-way', 400],
    without('P14'),
    before(
      'P14b',
      "...raise.filter(mayGo).map((item): Step => ({ kind: 'remove', item, reason: 'raised', keep: item })),",
    ),
  ),
  mistake(
    'an error in the body of a 200 is ignored',
    ['failed-copies', 200],
    before('P20', "if ((error as { code?: string }).code === 'InternalError') return '';"),
  ),
];
