import { instead, mistake, without, type Mistake } from './mistake.ts';

/** Mistakes about buckets that are source and destination at once. */
export const WAYS: readonly Mistake[] = [
  mistake(
    'of two replicas the older attempt stays',
    'test/shared/replication/decide/two-way-corners.test.ts',
    instead(
      'P15',
      'if (other === undefined || item.marker.attempted < other.marker.attempted) last.set(idOf(item), item);',
    ),
  ),
  mistake(
    'of two replicas from third buckets the lower one stays, whatever the other deployments keep',
    ['mesh', 300, 106],
    instead(
      'P15b',
      `const { surplus } = lastAttempts(
        stack
          .filter((item) => item.kind === 'other')
          .toReversed()
          .map((item) => Object.assign(item, { marker: { ...item.marker, attempted: 0 } })),
      );`,
    ),
  ),
  mistake('replicas are passed on', ['two-way', 100], without('P33')),
  mistake(
    'delete markers of ours are passed on',
    ['two-way', 600],
    instead(
      'P33b',
      `const isBrought = ({ ref, deleteMarker }: Entry, { unsureSince }: Peers): boolean =>
        deleteMarker && ref.time / 1000 >= unsureSince.source;`,
    ),
  ),
  mistake(
    'delete markers are made above newer versions',
    ['two-way', 300],
    instead('P34', "const writes = base.filter(({ kind }) => kind !== 'remove');"),
  ),
  mistake(
    "a user's newest write at the destination is not copied on top",
    ['two-way', 300],
    instead('P34b', 'if (!isOwn(item)) return [];'),
  ),
  mistake('an undone deletion is replicated again', ['two-way-deletions', 300], instead('P36', 'undone: [],')),
  mistake(
    'an undone deletion lets older ones be replicated again',
    ['two-way-deletions', 600],
    instead(
      'P36b',
      `const isUndone = ({ undone }: Together, rank: Rank): boolean => undone.some((one) => sameRank(rank, one));`,
    ),
  ),
  mistake(
    'a delete marker of ours stands for one deletion only',
    'test/functions/replicate/several-writers.test.ts',
    instead('P36c', 'return [];'),
  ),
];
