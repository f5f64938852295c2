import { mistake, type Mistake } from './mistake.ts';

const OBSERVE = 'shared/replication/look/observe.ts';
const PEERS = 'shared/replication/look/deletions.ts';
const TOGETHER = 'shared/replication/decide/two-way.ts';

/** Buckets that are source and destination at once. */
export const WAYS: readonly Mistake[] = [
  mistake(
    'replicas are passed on',
    ['two-way', 100],
    ['shared/replication/look/candidates.ts', 'if (!isCopy) return NONE;', ''],
  ),
  mistake('delete markers of ours are passed on', ['two-way', 600], [OBSERVE, '(madeAtSource.has(versionId) || ', '(']),
  mistake('nothing is lifted', ['two-way', 300], [TOGETHER, "return [{ kind: 'lift', item }];", 'return [];']),
  mistake(
    'a delete marker is not written down before it is made',
    ['two-way-deletions', 300],
    ['shared/replication/deletion-records.ts', 'await this.#put(name);', ''],
  ),
  mistake(
    'a deletion that was undone is brought back',
    ['two-way-deletions', 300],
    [PEERS, 'undone: gone,', 'undone: [],'],
  ),
  mistake(
    'delete markers are made though something newer is there',
    ['two-way', 300],
    [TOGETHER, "kind === 'copy' || kind === 'raise')", "kind !== 'remove')"],
  ),
  mistake(
    'of two replicas the older one stays',
    ['mesh', 300],
    [
      TOGETHER,
      "for (const item of stack) {\n    if (item.kind !== 'other'",
      "for (const item of stack.toReversed()) {\n    if (item.kind !== 'other'",
    ],
  ),
  mistake(
    'a deletion that was undone leaves older ones to be brought back',
    ['two-way-deletions', 600],
    [TOGETHER, 'undone.some((one) => compareRanks(rank, one) <= 0)', 'undone.some((one) => sameRank(rank, one))'],
  ),
];
