import { readdirSync, readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { createKeyStore } from '../../shared/access/index.ts';
import { formatPlace, nodeHash } from '../../shared/cos/index.ts';
import { claimOf, createKeyring } from '../../shared/identity/index.ts';
import { readPreflight } from '../../shared/preflight/index.ts';
import { createRuleStore } from '../../shared/rules/index.ts';
import { PairStore } from '../../shared/scan/store.ts';
import { Leases, listPending, Tasks } from '../../shared/tasks/index.ts';
import { createMemoryCos, type MemoryCos } from '../functions/api/memory-cos.ts';
import { BACKUP, SOURCE, STATE, type Release } from './release.ts';

const FOLDER = new URL('releases/', import.meta.url);
const files = readdirSync(FOLDER);
const releases = files
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Release);
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Release;
const HOUR = 3_600_000;

it('has the documents and functions of this release, recorded before it goes out', () => {
  expect(releases.map((release) => release.version)).toContain(version);
  expect(files).toContain(`${version}.functions.br`);
});

describe.each(releases)('the documents of release $version', (release) => {
  let clock = release.recorded;
  const now = (): number => clock;
  let memory: MemoryCos;
  beforeEach(() => {
    clock = release.recorded;
    memory = createMemoryCos(now);
    memory.versioning.set(formatPlace(STATE), undefined);
    for (const [key, body] of release.objects) {
      memory.objects.set(`${formatPlace(STATE)}/${key}`, Buffer.from(body, 'base64'));
    }
    // The new release reads an hour later, when no run of the old one is at work any more.
    clock += HOUR;
  });
  const deps = () => ({ cos: memory.cos, state: STATE, hash: nodeHash, now, unique: () => 'unique' });
  const namesUnder = (prefix: string) => release.objects.map(([key]) => key).filter((key) => key.startsWith(prefix));
  const target = { source: SOURCE, destination: BACKUP, key: 'live' };

  it('include every kind that outlives a deployment', () => {
    const kinds = new Set(release.objects.map(([key]) => key.split('/')[0]));
    for (const kind of ['rules', 'keys', 'secrets', 'waiting', 'leases', 'pairs', 'asked', 'paused', 'status']) {
      expect(kinds).toContain(kind);
    }
  });

  it('hold rules that are still in force', async () => {
    const rules = await createRuleStore({ cos: memory.cos, state: STATE, now }).getFresh(SOURCE);
    expect(rules?.rules).toMatchObject([{ id: 'all', enabled: true, destination: BACKUP }]);
  });

  it('hold API keys that still grant the same rights', async () => {
    const keys = createKeyStore({ cos: memory.cos, state: STATE, now, random: () => new Uint8Array() });
    const [summary] = await keys.list();
    expect(await keys.find(summary?.secretId ?? '')).toMatchObject({
      buckets: [SOURCE.bucket],
      rights: ['read'],
      secretKey: expect.stringMatching(/^.{16,}$/) as string,
    });
  });

  it('hold replicas that still count as ours', async () => {
    const keys = createKeyring({ cos: memory.cos, state: STATE, others: [], hash: nodeHash, now });
    const claim = await claimOf({ hash: nodeHash, keys }, release.replica, BACKUP, 'live');
    expect(claim.kind).toBe('ours');
    // At another key the same metadata proves nothing, so this test can fail.
    expect((await claimOf({ hash: nodeHash, keys }, release.replica, BACKUP, 'other')).kind).toBe('none');
  });

  it('hold tasks that can still be done', async () => {
    const tasks = new Tasks(deps());
    for (const name of namesUnder('waiting/')) {
      expect(await tasks.load(name)).toMatchObject({ task: { source: SOURCE, key: 'refused' } });
    }
    const all = { accepts: () => true, marker: undefined, limit: 10, examined: 100 };
    const { items, unreadable } = await listPending(deps(), all);
    expect(unreadable).toBe(0);
    expect(items.map(({ task }) => task.key)).toContain('refused');
  });

  it('hold leases of broken runs that can still be taken over', async () => {
    const found: unknown[] = [];
    const problems: unknown[] = [];
    for await (const some of new Leases(deps()).abandoned((error) => problems.push(error))) found.push(...some);
    expect(problems).toEqual([]);
    expect(found).toMatchObject([{ target }]);
    expect(await new Leases(deps()).acquire(target, { floor: 0, since: 0 }, now() + 1000)).toMatchObject({
      kind: 'held',
      lease: { inherited: [expect.stringMatching(/^leases\//)] },
    });
  });

  it('hold scans with their ranges, result, ledger, request and pause', async () => {
    const store = new PairStore(deps(), { source: SOURCE, destination: BACKUP });
    const scan = await store.scan();
    expect(scan).toMatchObject({ source: SOURCE, destination: BACKUP, kind: 'existing' });
    const id = scan?.id ?? '';
    expect(await store.preparation(id)).toMatchObject({ scan: id, done: true });
    expect(await store.range(id, 0)).toMatchObject({ scan: id, number: 0 });
    expect(await store.result()).toMatchObject({ scan: id, kind: 'existing' });
    expect(await store.request()).toMatchObject({ prefix: 'live' });
    expect(await store.paused()).toMatchObject({ since: expect.any(Number) as number });
  });

  it('hold findings about a destination', async () => {
    expect(await readPreflight(memory.cos, STATE, BACKUP)).toMatchObject({ passed: true, markerTold: false });
  });

  it.each(['rules/', 'keys/', 'waiting/', 'pairs/'])(
    'are refused by name where %s holds a document of an unknown form',
    async (prefix) => {
      for (const name of namesUnder(prefix)) {
        memory.objects.set(`${formatPlace(STATE)}/${name}`, Buffer.from('{"written":"by a release to come"}'));
      }
      const [name = ''] = namesUnder(prefix);
      const keys = createKeyStore({ cos: memory.cos, state: STATE, now, random: () => new Uint8Array() });
      const read = {
        'rules/': () => createRuleStore({ cos: memory.cos, state: STATE, now }).getFresh(SOURCE),
        'keys/': () => keys.find(name.slice('keys/'.length)),
        'waiting/': () => new Tasks(deps()).load(name),
        'pairs/': () => new PairStore(deps(), { source: SOURCE, destination: BACKUP }).scan(),
      }[prefix];
      await expect(read?.()).rejects.toMatchObject({ side: 'state' });
    },
  );
});
