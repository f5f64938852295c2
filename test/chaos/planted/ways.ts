import { instead, mistake, without, type Mistake } from './mistake.ts';

/** Mistakes about buckets that are source and destination at once. */
export const WAYS: readonly Mistake[] = [
  mistake(
    'of two replicas the older one stays',
    'test/shared/replication/decide/two-way-corners.test.ts',
    instead(
      'P15',
      'if (other === undefined || item.marker.attempted < other.marker.attempted) last.set(idOf(item), item);',
    ),
  ),
  mistake(
    'of two replicas from third buckets the lower one stays, whatever others keep',
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
    'delete markers are made though something newer is there',
    ['two-way', 300],
    instead('P34', "const writes = base.filter(({ kind }) => kind !== 'remove');"),
  ),
  mistake('nothing is lifted', ['two-way', 300], instead('P34b', 'if (!isOwn(item)) return [];')),
  mistake('a deletion that was undone is brought back', ['two-way-deletions', 300], instead('P36', 'undone: [],')),
  mistake(
    'a deletion that was undone leaves older ones to be brought back',
    ['two-way-deletions', 600],
    instead(
      'P36b',
      `const isUndone = ({ undone }: Together, rank: Rank): boolean => undone.some((one) => sameRank(rank, one));`,
    ),
  ),
];
