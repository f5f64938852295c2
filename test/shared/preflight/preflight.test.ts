import { afterEach, beforeEach, expect, it } from 'vitest';

import type { Cos } from '../../../shared/cos/index.ts';
import { CosError } from '../../../shared/cos/index.ts';
import { preflight } from '../../../shared/preflight/index.ts';
import { BACKUP as PLACE, createStorage, type Storage } from '../../deployment/index.ts';

const NOW = 1_700_000_000_000;

let storage: Storage;
let cos: Cos;
let runs = 0;

beforeEach(() => {
  let time = NOW;
  const now = () => (time += 10);
  storage = createStorage({ now, versioned: [PLACE] });
  cos = { ...storage.cos, headBucket: () => Promise.resolve('exists') };
});

afterEach(async () => {
  await storage.close();
});

const failure = (code: string, outcome: 'none' | 'unknown' = 'none') =>
  Promise.reject(new CosError({ method: 'PUT', place: PLACE }, 'planted', { code, status: 500, outcome }));

/** The first failing step when COS behaves like this, and how many versions are left at the end. */
async function tried(change: Partial<Cos>) {
  const found = await preflight({ cos: { ...cos, ...change }, now: () => NOW, unique: () => `u${(runs += 1)}` }, PLACE);
  const first = found.checks.find(({ passed }) => !passed);
  const { entries } = await cos.listVersions(PLACE, {});
  expect(found.passed).toBe(first === undefined);
  return {
    first: first && `${first.name}: ${first.cause}`,
    left: entries.length,
    removed: found.checks.at(-1)?.passed,
  };
}

it('finds nothing wrong where everything works', async () => {
  expect(await tried({})).toEqual({ first: undefined, left: 0, removed: true });
});

it.each<[string, (real: Cos) => Partial<Cos>]>([
  [
    'write: no-version-id',
    (real) => ({ putObject: async (...a) => ({ ...(await real.putObject(...a)), versionId: undefined }) }),
  ],
  ['copy: AccessDenied', () => ({ copyObject: () => failure('AccessDenied') })],
  [
    'metadata: metadata-lost',
    (real) => ({ copyObject: (p, k, s, attributes) => real.copyObject(p, k, s, { ...attributes, meta: {} }) }),
  ],
  [
    'read: other-bytes',
    () => ({ getObject: () => Promise.resolve({ body: Buffer.from('?'), etag: '"0"', lastModified: 0, date: 0 }) }),
  ],
  ['read: not-found', () => ({ getObject: () => Promise.resolve(undefined) })],
  [
    'delete-marker: no-delete-marker',
    (real) => ({ deleteObject: async (p, k, id) => ({ ...(await real.deleteObject(p, k, id)), deleteMarker: false }) }),
  ],
  [
    'write: AnswerTimeout',
    (real) => ({ putObject: async (...a) => (await real.putObject(...a), failure('AnswerTimeout', 'unknown')) }),
  ],
  [
    'copy: AnswerTimeout',
    (real) => ({ copyObject: async (...a) => (await real.copyObject(...a), failure('AnswerTimeout', 'unknown')) }),
  ],
])('reports %s, and removes its probe all the same', async (first, change) => {
  expect(await tried(change(cos))).toEqual({ first, left: 0, removed: true });
});

it('reports that it could not clean up', async () => {
  const deleteObject: Cos['deleteObject'] = (place, key, versionId) =>
    versionId === undefined ? cos.deleteObject(place, key) : failure('AccessDenied');
  expect(await tried({ deleteObject })).toEqual({ first: 'remove: AccessDenied', left: 3, removed: false });
});

it('removes the versions that it knows when the listing fails, and reports it', async () => {
  expect(await tried({ listVersions: () => failure('SlowDown') })).toMatchObject({
    first: 'remove: SlowDown',
    left: 0,
  });
});

it('touches nothing but its own probe', async () => {
  await cos.putObject(PLACE, '.replication-preflight/u', Buffer.from('x'));
  const deleted: string[] = [];
  const deleteObject: Cos['deleteObject'] = (place, key, versionId) => {
    deleted.push(key);
    return cos.deleteObject(place, key, versionId);
  };
  expect(await tried({ deleteObject })).toMatchObject({ first: undefined, left: 1 });
  expect(new Set(deleted).size).toBe(1);
});
