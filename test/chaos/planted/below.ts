import { instead, mistake, text, without, type Mistake } from './mistake.ts';

const RETRY = 'shared/cos/retry.ts';
const WORK = 'shared/replication/work.ts';

/** Mistakes that the simulation does not reach, because it makes calls and sends no requests, or reaches by rare chances. */
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
    'writes are repeated after an error that passes',
    'test/shared/cos/retry.test.ts',
    text(RETRY, "(effect === 'read' && error.retryable && hint !== 'final')", "(error.retryable && hint !== 'final')"),
  ),
  mistake(
    'uploads of other versions are aborted because they do not fit',
    'test/shared/replication/act/multipart/turns.test.ts',
    text('shared/replication/act/multipart/copy-in-parts.ts', 'if (upload.ref !== job.marker.ref.id) continue;', ''),
  ),
  mistake(
    'the versions that several tasks name are those of the first',
    'test/shared/replication/work.test.ts',
    text(WORK, 'hints: [...new Set(tasks.flatMap((task) => task.hints))],', 'hints: tasks[0]?.hints ?? [],'),
  ),
  mistake(
    'work that is put off forgets which versions were named',
    'test/functions/replicate/unfinished.test.ts',
    text(
      WORK,
      '    hints,\n    floor,\n    since,\n    ...(typeof why',
      '    hints: [],\n    floor,\n    since,\n    ...(typeof why',
    ),
  ),
  mistake(
    'versions are compared as text',
    'test/shared/identity/version.test.ts',
    text('shared/identity/version.ts', 'precise(b)) return a.time < b.time;', 'precise(b)) return a.id < b.id;'),
  ),
  mistake(
    'the signature of a marker leaves the key of the object out',
    'test/shared/identity/claim.test.ts',
    text(
      'shared/identity/marker.ts',
      'formatPlace(place), objectKey, source, key.id',
      "formatPlace(place), '', source, key.id",
    ),
  ),
  mistake(
    'the signature of a marker leaves the bucket out',
    'test/shared/identity/claim.test.ts',
    text('shared/identity/marker.ts', 'formatPlace(place), objectKey, source, key.id', "'', objectKey, source, key.id"),
  ),
  mistake(
    'keys of one source and destination share a digest',
    'test/shared/tasks/leases-left.test.ts',
    text(
      'shared/tasks/names.ts',
      'formatPlace(target.destination), target.key].join',
      'formatPlace(target.destination)].join',
    ),
  ),
  mistake(
    'the prefix of a rule is held against the encoded key',
    'test/shared/rules/match.test.ts',
    text('shared/rules/match.ts', 'key.startsWith(prefix));', 'encodeURIComponent(key).startsWith(prefix));'),
  ),
  mistake(
    'the time of a lease is taken for seconds',
    'test/shared/tasks/leases.test.ts',
    text('shared/tasks/leases.ts', 'duration + ROUNDING_MS', 'duration / 1000 + ROUNDING_MS'),
  ),
  mistake(
    'a lease is given back when it has expired',
    'test/shared/tasks/leases-left.test.ts',
    text('shared/tasks/leases.ts', 'if (this.#deps.now() >= until - SIGNATURE_LIFE_MS) return;', ''),
  ),
  mistake(
    'a version that goes while the look reads it counts as one of others',
    'test/shared/replication/look/reading.test.ts',
    instead('P6', "return { versionId, time, kind: 'foreign', ...ownRank(run, refOfEntry(entry)) };"),
  ),
  mistake(
    'a base names a young version that has no replica',
    'test/shared/replication/decide/bases.test.ts',
    instead('P9', 'const isAccounted = true;'),
  ),
  mistake(
    'a replica is removed though the one that stays has other bytes',
    'test/functions/replicate/attacks.test.ts',
    instead('P18', 'return true;'),
  ),
  mistake(
    'versions that are never copied are read again by each run',
    'test/functions/replicate/passed.test.ts',
    without('P19'),
  ),
  mistake(
    'a delete marker is made before it is on record',
    'test/shared/replication/deletion-records.test.ts',
    without('P35'),
  ),
];
