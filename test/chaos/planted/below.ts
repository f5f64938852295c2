import { instead, mistake, text, without, type Mistake } from './mistake.ts';

const RETRY = 'shared/cos/retry.ts';
const WORK = 'shared/replication/work.ts';

/** Mistakes that the simulation cannot meet, because it has calls instead of HTTP requests, or meets rarely. */
export const BELOW: readonly Mistake[] = [
  mistake(
    'a copy is sent again after its connection was reset',
    'test/shared/cos/retry.test.ts',
    text(
      RETRY,
      "if (hint === 'stale' && !history.stale && effect !== 'write') {",
      "if (hint === 'stale' && !history.stale) {",
    ),
  ),
  mistake(
    'a write is repeated after a temporary error',
    'test/shared/cos/retry.test.ts',
    text(RETRY, "(effect === 'read' && error.retryable && hint !== 'final')", "(error.retryable && hint !== 'final')"),
  ),
  mistake(
    'a run aborts uploads of other versions because they do not fit',
    'test/shared/replication/act/multipart/turns.test.ts',
    text('shared/replication/act/multipart/copy-in-parts.ts', 'if (upload.ref !== job.marker.ref.id) continue;', ''),
  ),
  mistake(
    "of several tasks only the first one's named versions count",
    'test/shared/replication/work.test.ts',
    text(WORK, 'fewHints([...new Set(tasks.flatMap((task) => task.hints))])', 'tasks[0]?.hints ?? []'),
  ),
  mistake(
    'a deferred task forgets which versions were named',
    'test/functions/replicate/unfinished.test.ts',
    text(
      WORK,
      '    hints,\n    floor,\n    since,\n    ...(typeof why',
      '    hints: [],\n    floor,\n    since,\n    ...(typeof why',
    ),
  ),
  mistake(
    'version IDs are compared as text',
    'test/shared/identity/version.test.ts',
    text('shared/identity/version.ts', 'precise(b)) return a.time < b.time;', 'precise(b)) return a.id < b.id;'),
  ),
  mistake(
    'the signature of a replication marker does not cover the key of the object',
    'test/shared/identity/claim.test.ts',
    text(
      'shared/identity/marker.ts',
      'formatPlace(place), objectKey, source, key.id',
      "formatPlace(place), '', source, key.id",
    ),
  ),
  mistake(
    'the signature of a replication marker does not cover the bucket',
    'test/shared/identity/claim.test.ts',
    text('shared/identity/marker.ts', 'formatPlace(place), objectKey, source, key.id', "'', objectKey, source, key.id"),
  ),
  mistake(
    'all keys of a pair share a digest',
    'test/shared/tasks/leases-left.test.ts',
    text(
      'shared/tasks/names.ts',
      'formatPlace(target.destination), target.key].join',
      'formatPlace(target.destination)].join',
    ),
  ),
  mistake(
    'the prefix of a rule is compared with the encoded key',
    'test/shared/rules/match.test.ts',
    text('shared/rules/match.ts', 'key.startsWith(prefix));', 'encodeURIComponent(key).startsWith(prefix));'),
  ),
  mistake(
    'the time of a lease counts as seconds',
    'test/shared/tasks/leases.test.ts',
    text('shared/tasks/lease-record.ts', 'duration + ROUNDING_MS', 'duration / 1000 + ROUNDING_MS'),
  ),
  mistake(
    'a lease is released after it has expired',
    'test/shared/tasks/leases-left.test.ts',
    text('shared/tasks/leases.ts', 'if (this.#deps.now() >= until - SIGNATURE_LIFE_MS) return;', ''),
  ),
  mistake(
    "a version that is removed while a look reads it counts as another's",
    'test/shared/replication/look/reading.test.ts',
    instead('P6', "return { versionId, time, kind: 'foreign', ...ownRank(run, refOfEntry(entry)) };"),
  ),
  mistake(
    'a base names a young version that has no replica',
    'test/shared/replication/decide/bases.test.ts',
    instead('P9', 'const isAccounted = true;'),
  ),
  mistake(
    'a base names a version that only its tags leave out',
    'test/functions/scan/properties.test.ts',
    instead('P9b', 'const [skipped, leftOut] = [verdicts.skipped, new Set<string>()];'),
  ),
  mistake(
    'a replica is removed although the one that stays has other bytes',
    'test/functions/replicate/attacks.test.ts',
    instead('P18', 'return true;'),
  ),
  mistake(
    'each run reads versions again that are never copied',
    'test/functions/replicate/passed.test.ts',
    without('P19'),
  ),
  mistake(
    'a delete marker is made before it is on record',
    'test/shared/replication/deletion-records.test.ts',
    without('P35'),
  ),
  mistake(
    'a record stays of a delete marker that is never made',
    'test/shared/replication/deletion-records.test.ts',
    without('P35b'),
  ),
  mistake(
    'a record of another replication counts for ever although nothing came of it',
    'test/functions/replicate/several-writers.test.ts',
    instead('P35c', 'if (!isSettled || own === undefined) open.push(intention);'),
  ),
];
