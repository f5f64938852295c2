import { beforeEach, describe, expect, it } from 'vitest';
import { nodeHash } from '../../../shared/cos/index.ts';
import { readSubject, replicaStatus } from '../../../shared/status/index.ts';
import { BACKUP, deployment, type Deployment, KEY, RULE, SETTLED, SOURCE } from '../../deployment/index.ts';
import type { Attributes, Version } from '../../cloud/cos/index.ts';
import { KEYS } from '../../shared/identity/keys.ts';

const TOLD = { markerTold: () => true };

let world: Deployment;
beforeEach(async () => {
  world = await deployment(TOLD);
  versioning('Suspended');
});

const versioning = (state: 'Enabled' | 'Suspended'): void =>
  world.core.putVersioning(SOURCE.bucket, SOURCE.region, state);

/** Moves objects to a colder class a day after they were written. */
const COLD = {
  id: 'cold',
  enabled: true,
  prefix: '',
  notPrefix: undefined,
  tags: [],
  largerThan: undefined,
  smallerThan: undefined,
  expiration: undefined,
  expiredMarkers: false,
  transitions: [{ days: 1, storageClass: 'STANDARD_IA' }],
  noncurrentExpiration: undefined,
  noncurrentTransitions: [],
  abortUploads: undefined,
};

/** A tenth of a second later, by default with the same bytes. */
function write(attributes: Partial<Attributes>, text = 'bytes'): Version {
  world.clock.ms += 100;
  return world.put(text, attributes);
}

/** Newest first. */
const replicas = (): readonly Attributes[] =>
  world.core.listVersions(BACKUP.bucket, BACKUP.region, { prefix: KEY }).entries.map(({ attributes }) => attributes);

const copies = (): number => world.requests.filter((call) => call === 'copyObject backup').length;

async function status() {
  const { straight: cos } = world;
  const subject = await readSubject({ cos, hash: nodeHash }, SOURCE, KEY, undefined);
  if (subject === undefined) throw new Error('there is nothing at the source');
  const query = { cos, hash: nodeHash, keys: KEYS, source: SOURCE, destination: BACKUP, rule: RULE };
  return replicaStatus({ ...query, metadataLimit: 2048, now: world.clock.ms }, subject);
}

const CASES: readonly (readonly [string, Partial<Attributes>, Partial<Attributes>])[] = [
  ['metadata', { meta: { a: '1' } }, { meta: { a: '2' } }],
  ['metadata that is gone', { meta: { a: '1' } }, {}],
  ['headers', { headers: { 'content-type': 'text/plain' } }, { headers: { 'content-type': 'text/html' } }],
  ['class', { storageClass: 'STANDARD_IA' }, { storageClass: 'STANDARD' }],
];

describe('null versions of one second with the same bytes', () => {
  it.each(CASES)('end with the last one, with its %s, and are not completed before', async (_, one, two) => {
    await world.replicate({ version: write(one) });
    expect(await status()).toMatchObject({ state: 'there' });
    const version = write(two);
    expect(await status()).toEqual({ state: 'missing' });
    await world.replicate({ version });
    expect(await status()).toMatchObject({ state: 'there', shown: true });
    const { meta, headers, storageClass } = version.attributes;
    expect(replicas()[0]).toMatchObject({ meta, headers, storageClass });
  });

  // P11
  it('are copied once each, however often they are looked at', async () => {
    await world.replicate({ version: write({ meta: { a: '1' } }) });
    const version = write({ meta: { a: '2' } });
    await world.replicate({ version }, { version });
    await world.later();
    await world.ask();
    expect(replicas()).toHaveLength(2);
    expect(world.state('waiting/')).toEqual([]);
  });

  it('get the tags of the last one without another copy', async () => {
    await world.replicate({ version: write({ tags: [['a', '1']] }) });
    const version = write({ tags: [['a', '2']] });
    await world.replicate({ version });
    expect(replicas().map(({ tags }) => tags)).toEqual([[['a', '2']]]);
  });

  it('get their place below later writes, although their event was lost', async () => {
    await world.replicate({ version: write({ meta: { a: '1' } }) });
    write({ meta: { a: '2' } });
    versioning('Enabled');
    world.clock.ms += 1000;
    const later = write({}, 'later');
    await world.replicate({ version: later });
    expect(replicas()).toHaveLength(2);
    world.clock.ms += SETTLED;
    await world.ask();
    expect(world.stack().slice(0, 2)).toEqual([later.versionId, 'null']);
    expect(replicas()[1]?.meta).toMatchObject({ a: '2' });
  });

  it('cause no further copy when a lifecycle has moved one to another class', async () => {
    await world.replicate({ version: write({}) });
    world.clock.ms += 48 * 60 * 60_000;
    const [entry] = world.core.listVersions(SOURCE.bucket, SOURCE.region, { prefix: KEY }).entries;
    if (entry === undefined) throw new Error('there is nothing at the source');
    world.core.configureBucket(SOURCE.bucket, SOURCE.region, {
      lifecycle: [COLD],
    });
    world.core.runLifecycle();
    expect(world.core.getObject(SOURCE.bucket, SOURCE.region, KEY).attributes.storageClass).toBe('STANDARD_IA');
    await world.ask();
    expect(replicas()).toHaveLength(1);
    expect(await status()).toMatchObject({ state: 'there' });
  });
});

describe('a null version above another version of its second', () => {
  it('is on top at once, although the listing lacks it', async () => {
    await world.replicate({ version: write({}, '1') });
    versioning('Enabled');
    await world.replicate({ version: write({}, '2') });
    versioning('Suspended');
    const version = write({}, '3');
    world.clock.ms += 50;
    world.core.switches.listingLag = 100;
    await world.replicate({ version });
    expect(copies()).toBe(1);
    world.core.switches.listingLag = 0;
    expect(world.stack()[0]).toBe('null');
    const before = replicas().length;
    await world.later();
    expect(world.stack()[0]).toBe('null');
    expect(replicas()).toHaveLength(before);
  });
});
