import { beforeEach, describe, expect, it } from 'vitest';

import { createKeyStore, hasRight, mayManage, mayReach } from '../../../shared/access/index.ts';
import type { KeyStore } from '../../../shared/access/index.ts';
import { createMemoryCos } from '../../functions/api/memory-cos.ts';
import type { MemoryCos } from '../../functions/api/memory-cos.ts';

const STATE = { bucket: 'crr-dev-gz-1250000000', region: 'ap-guangzhou' };
const FOLDER = 'crr-dev-gz-1250000000@ap-guangzhou/keys/';
const SECRET = 'a secret of forty characters, or nearly';
const pair = (secretId: string) => ({ secretId, secretKey: SECRET });

let memory: MemoryCos;
let time: number;
let byte: number;
let keys: KeyStore;

beforeEach(() => {
  memory = createMemoryCos();
  time = 1_700_000_000_000;
  byte = 0;
  const random = (bytes: number) => Uint8Array.from({ length: bytes }, () => byte++ & 0xff);
  keys = createKeyStore({ cos: memory.cos, state: STATE, now: () => time, random });
});

describe('createKeyStore', () => {
  it('finds an added key, with its buckets and rights', async () => {
    const key = await keys.add({ buckets: ['source-1250000000'], rights: ['read', 'write'], pair: pair('AKID1') });
    expect(key).toEqual({
      secretId: 'AKID1',
      secretKey: SECRET,
      buckets: ['source-1250000000'],
      destinations: [],
      rights: ['read', 'write'],
      created: time,
    });
    await expect(keys.find('AKID1')).resolves.toEqual(key);
    expect([...memory.objects.keys()]).toEqual([`${FOLDER}AKID1`]);
    expect(memory.objects.encrypted()).toEqual([`${FOLDER}AKID1`]);
  });

  it('draws different pairs of letters and digits', async () => {
    const first = await keys.add({ buckets: [], rights: ['read'] });
    const second = await keys.add({ buckets: [], rights: ['read'] });
    expect(first.secretId).toMatch(/^CRR[A-Za-z0-9]{29}$/);
    expect(first.secretKey).toMatch(/^[A-Za-z0-9]{40}$/);
    expect(second.secretId).not.toBe(first.secretId);
    expect(second.secretKey).not.toBe(first.secretKey);
  });

  it('never overwrites a key', async () => {
    await keys.add({ buckets: [], rights: ['read'], pair: pair('AKID1') });
    await expect(keys.add({ buckets: [], rights: ['write'], pair: pair('AKID1') })).rejects.toMatchObject({
      code: 'KeyAlreadyExists',
    });
    await expect(keys.find('AKID1')).resolves.toMatchObject({ rights: ['read'] });
  });

  it('lists all keys without their secrets', async () => {
    for (const id of ['K1', 'K2', 'K3', 'K4', 'K5']) await keys.add({ buckets: [], rights: ['read'], pair: pair(id) });
    const list = await keys.list();
    expect(list.map(({ secretId }) => secretId)).toEqual(['K1', 'K2', 'K3', 'K4', 'K5']);
    expect(JSON.stringify(list)).not.toContain(SECRET);
  });

  it('does not find a removed key', async () => {
    await keys.add({ buckets: [], rights: ['read'], pair: pair('AKID1') });
    await keys.find('AKID1');
    await expect(keys.remove('AKID1')).resolves.toBe(true);
    await expect(keys.find('AKID1')).resolves.toBeUndefined();
    await expect(keys.remove('AKID1')).resolves.toBe(false);
  });

  it('notices within five seconds that another process removed a key', async () => {
    await keys.add({ buckets: [], rights: ['read'], pair: pair('AKID1') });
    await keys.find('AKID1');
    memory.objects.clear();
    time += 4_999;
    await expect(keys.find('AKID1')).resolves.toBeDefined();
    time += 1;
    await expect(keys.find('AKID1')).resolves.toBeUndefined();
  });

  it('finds a key that another process added, at once or a second after a failed search', async () => {
    await expect(keys.find('AKID1')).resolves.toBeUndefined();
    const other = createKeyStore({ cos: memory.cos, state: STATE, now: () => time, random: () => new Uint8Array(40) });
    for (const id of ['AKID1', 'AKID2']) await other.add({ buckets: [], rights: ['read'], pair: pair(id) });
    await expect(keys.find('AKID2')).resolves.toBeDefined();
    await expect(keys.find('AKID1')).resolves.toBeUndefined();
    time += 1000;
    await expect(keys.find('AKID1')).resolves.toBeDefined();
  });

  it('asks once a second for an unknown ID, and forgets that when the key is added here', async () => {
    for (let i = 0; i < 50; i += 1) await expect(keys.find('AKID1')).resolves.toBeUndefined();
    expect(memory.calls).toEqual(['getObject']);
    await keys.add({ buckets: [], rights: ['read'], pair: pair('AKID1') });
    await expect(keys.find('AKID1')).resolves.toBeDefined();
  });

  it('keeps its keys in memory however many IDs are guessed', async () => {
    await keys.add({ buckets: [], rights: ['read'], pair: pair('AKID1') });
    await keys.find('AKID1');
    for (let i = 0; i < 1000; i += 1) await keys.find(`guess-${i}`);
    memory.calls.length = 0;
    await keys.find('AKID1');
    expect(memory.calls).toEqual([]);
  });

  it('allows all destinations to a key from before keys named destinations', async () => {
    memory.objects.set(`${FOLDER}AKID1`, Buffer.from(JSON.stringify(good)));
    await expect(keys.find('AKID1')).resolves.toEqual({ ...good, destinations: [] });
  });

  it.each(['', '../rules/source', 'a/b', 'a b', 'x'.repeat(129), 'é'])('makes no request for the ID %j', async (id) => {
    await expect(keys.find(id)).resolves.toBeUndefined();
    await expect(keys.remove(id)).resolves.toBe(false);
    expect(memory.calls).toEqual([]);
  });

  it('reads a key that another program wrote, with a time as text', async () => {
    const key = {
      ...pair('AKID1'),
      buckets: [],
      destinations: [],
      rights: ['metrics'],
      created: '2023-11-14T22:13:20Z',
    };
    memory.objects.set(`${FOLDER}AKID1`, Buffer.from(JSON.stringify(key)));
    await expect(keys.find('AKID1')).resolves.toEqual({ ...key, created: 1_700_000_000_000 });
  });

  const good = { ...pair('AKID1'), buckets: [], rights: ['read'], created: 1 };
  it.each([
    ['no JSON', `{"secretKey":"${SECRET}"`],
    ['another key', JSON.stringify({ ...good, secretId: 'AKID2' })],
    ['no secret', JSON.stringify({ ...good, secretKey: '' })],
    ['no rights', JSON.stringify({ ...good, rights: [] })],
    ['a right that does not exist', JSON.stringify({ ...good, rights: ['admin'] })],
    ['a bucket that is none', JSON.stringify({ ...good, buckets: ['*'] })],
    ['a destination that is none', JSON.stringify({ ...good, destinations: ['*'] })],
  ])('grants nothing to a damaged key (%s) and does not reveal the secret', async (_, text) => {
    memory.objects.set(`${FOLDER}AKID1`, Buffer.from(text));
    const failure = await keys.find('AKID1').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'InvalidStateObject', side: 'state' });
    expect(`${String(failure)} ${JSON.stringify(failure)}`).not.toContain(SECRET);
  });

  it('refuses to add a key that it could not read', async () => {
    const wrong = keys.add({ buckets: ['Source'], rights: ['read'], pair: pair('AKID1') });
    await expect(wrong).rejects.toMatchObject({ code: 'InvalidArgument' });
    expect(memory.objects.size).toBe(0);
  });
});

describe('rights', () => {
  const key = { ...pair('AKID1'), buckets: ['a-1250000000'], destinations: [], rights: ['read'] as const, created: 0 };

  it('are those that the key names', () => {
    expect(hasRight(key, 'read')).toBe(true);
    expect(hasRight(key, 'write')).toBe(false);
    expect(hasRight(key, 'metrics')).toBe(false);
  });

  it('hold for the buckets that the key names, or for all', () => {
    expect(mayManage(key, 'a-1250000000')).toBe(true);
    expect(mayManage(key, 'b-1250000000')).toBe(false);
    expect(mayManage({ ...key, buckets: [] }, 'b-1250000000')).toBe(true);
  });

  it('reach the destinations that the key names, or all', () => {
    expect(mayReach(key, 'b-1250000000')).toBe(true);
    expect(mayReach({ destinations: ['b-1250000000'] }, 'b-1250000000')).toBe(true);
    expect(mayReach({ destinations: ['b-1250000000'] }, 'a-1250000000')).toBe(false);
  });
});

describe('a secret without its ID', () => {
  const other = 'another secret of forty characters, or so';
  const add = (secretId: string, secretKey: string, ...rights: ('read' | 'metrics')[]) =>
    keys.add({ buckets: [], rights, pair: { secretId, secretKey } });

  it('finds the key that has the right, and no other', async () => {
    for (const id of ['K1', 'K2', 'K3']) await add(id, `${other} ${id}`, 'read', 'metrics');
    await add('K4', SECRET, 'read');
    await expect(keys.findBySecret(`${other} K2`, 'metrics')).resolves.toMatchObject({ secretId: 'K2' });
    await expect(keys.findBySecret(`${other} K3`, 'metrics')).resolves.toMatchObject({ secretId: 'K3' });
    for (const secret of [SECRET, `${other} K`, `${other} K22`, other, 'K2', '', 'x'.repeat(100_000)]) {
      await expect(keys.findBySecret(secret, 'metrics')).resolves.toBeUndefined();
    }
    await expect(keys.findBySecret(SECRET, 'read')).resolves.toMatchObject({ secretId: 'K4' });
  });

  it('is found a second after the key was added, and for no more than five after it was removed', async () => {
    await expect(keys.findBySecret(SECRET, 'metrics')).resolves.toBeUndefined();
    await add('K1', SECRET, 'metrics');
    time += 1000;
    await expect(keys.findBySecret(SECRET, 'metrics')).resolves.toMatchObject({ secretId: 'K1' });
    memory.objects.clear();
    time += 4999;
    await expect(keys.findBySecret(SECRET, 'metrics')).resolves.toMatchObject({ secretId: 'K1' });
    time += 1;
    await expect(keys.findBySecret(SECRET, 'metrics')).resolves.toBeUndefined();
  });

  it('costs one listing a second however often it is guessed, and reads a key once', async () => {
    for (const id of ['K1', 'K2']) await add(id, `${other} ${id}`, 'metrics');
    memory.calls.length = 0;
    for (let i = 0; i < 50; i += 1) await keys.findBySecret(`${other} ${i}`, 'metrics');
    expect(memory.calls.sort()).toEqual(['getObject', 'getObject', 'listObjects']);
    time += 1000;
    for (let i = 0; i < 50; i += 1) await keys.findBySecret(`${other} ${i}`, 'metrics');
    expect(memory.calls.sort()).toEqual(['getObject', 'getObject', 'listObjects', 'listObjects']);
  });

  it('is that of the key in its current form', async () => {
    await add('K1', SECRET, 'metrics');
    await keys.findBySecret(SECRET, 'metrics');
    await keys.remove('K1');
    await add('K1', other, 'metrics');
    time += 5000;
    await expect(keys.findBySecret(SECRET, 'metrics')).resolves.toBeUndefined();
    await expect(keys.findBySecret(other, 'metrics')).resolves.toMatchObject({ secretId: 'K1' });
  });

  it('is found beside damaged keys, and appears in no error', async () => {
    memory.objects.set(`${FOLDER}K0`, Buffer.from(`{"secretKey":"${SECRET}`));
    memory.objects.set(`${FOLDER}../K0`, Buffer.from('{}'));
    await add('K1', other, 'metrics');
    await expect(keys.findBySecret(other, 'metrics')).resolves.toMatchObject({ secretId: 'K1' });
    await expect(keys.findBySecret(SECRET, 'metrics')).resolves.toBeUndefined();
  });
});
