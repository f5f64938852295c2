import { before, instead, mistake, text, without, type Mistake } from './mistake.ts';

/** Mistakes about rules that change, and about objects that are copied in parts. */
export const SCOPE: readonly Mistake[] = [
  mistake(
    'a write is made without a check of the rules in force',
    ['rules', 400],
    instead('P29', 'return true;'),
    instead('P29c', 'const halt = undefined;'),
    // Without this change, a cache without an end does no harm.
    instead('P29b', 'export const RULES_CACHE_MS = Number.POSITIVE_INFINITY;'),
  ),
  mistake(
    'rules that were read before an object was written count as in force',
    'test/shared/rules/store.test.ts',
    instead('P29d', 'return true;'),
  ),
  mistake(
    'the tags of a version are not read',
    ['rules', 400],
    instead('P30', 'const winner = rules.find((rule) => covers(rule, entry, rule.tags));'),
  ),
  mistake('versions older than the rule are copied', ['rules', 400], without('P30b')),
  mistake(
    'tasks of a removed rule are completed without work',
    ['rules', 600],
    instead('P31', 'if (group === undefined) return engine.tasks.complete(found);'),
  ),
  mistake('tasks of a removed rule stay', ['rules', 400], without('P31b')),
  mistake('uploads that nobody needs any more are not aborted', ['parts', 800], without('P32')),
  mistake('an upload is forgotten and not aborted', ['parts', 800], without('P32b')),
  mistake('uploads of a removed rule stay', ['parts', 1000], without('P32c')),
  mistake(
    'a run that helps with an upload completes it',
    'test/shared/replication/act/multipart/help.test.ts',
    before(
      'P48',
      `await copies.copy(parts, true);
    await copies.refresh();
    const all = [...known].map(([partNumber, etag]) => ({ partNumber, etag })).sort((a, b) => a.partNumber - b.partNumber);
    await cos.completeMultipart(help.destination, help.key, upload.uploadId, all);`,
    ),
  ),
  mistake(
    'a part counts as copied as soon as another run was asked for it',
    'test/shared/replication/act/multipart/shared.test.ts',
    instead('P48b', 'for (const share of shares) for (const part of share.parts) known.set(part, \'"1"\');'),
  ),
  mistake(
    'the parts of an upload are copied from the current version',
    ['parts', 200],
    instead('P49', 'return { place: from, key };'),
  ),
  mistake(
    'every object below the prefix of canaries is replicated',
    'test/shared/canary/canary.test.ts',
    instead('P50', 'return true;'),
  ),
  mistake(
    'the record of a canary is written after the canary',
    'test/shared/canary/canary.test.ts',
    before('P50b', 'await deps.there.putObject(source, keyOfCanary(id), bodyOf(one), {});'),
  ),
  mistake(
    "versions under a canary's key are removed whoever wrote them",
    'test/shared/canary/canary.test.ts',
    instead('P50d', 'if (!found.found) return;'),
  ),
  mistake(
    "a version of a canary's size counts as the canary",
    'test/shared/canary/canary.test.ts',
    text('shared/canary/keep.ts', 'crc64 === checksum.value && ', ''),
  ),
  mistake(
    'a canary is removed without its version ID',
    'test/shared/canary/canary.test.ts',
    instead('P50c', 'for (const _ of known) await there.deleteObject(place, key);'),
  ),
];
