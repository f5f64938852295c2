import { beforeEach, describe, expect, it } from 'vitest';
import { recordOf } from '../../deployment/events.ts';
import {
  BACKUP,
  deployment,
  type Deployment,
  MARKER_EVENT,
  OTHER,
  SETTLED,
  SOURCE,
  STATE,
} from '../../deployment/index.ts';
import { rule } from '../../shared/rules/sample.ts';

/** The one rule covers this prefix. */
const COVERED = 'in/';

let world: Deployment;
beforeEach(async () => {
  world = await deployment({ markerTold: () => true }, [rule({ destination: BACKUP, prefix: COVERED })]);
});

const copies = (): readonly string[] =>
  world.core.listVersions(BACKUP.bucket, BACKUP.region, {}).entries.map(({ key }) => key);
const record = (key: string, vid = '') => recordOf({ key, place: SOURCE, vid });

/** All looks that the event left are done. */
async function settled(): Promise<void> {
  world.clock.ms += SETTLED;
  await world.later();
  expect(world.state()).toEqual([expect.stringMatching(/^rules\//)]);
}

describe('an event that nobody but a forger can send', () => {
  it('that names the version of another key replicates neither that version nor anything else', async () => {
    const outside = world.put('secret', {}, SOURCE, 'out/secret');
    const inside = world.put('text', {}, SOURCE, `${COVERED}a`);
    await world.raw({ Records: [record(`${COVERED}none`, outside.versionId), record('out/secret', inside.versionId)] });
    await settled();
    expect(copies()).toEqual([]);
    await world.raw({ Records: [record(`${COVERED}a`, outside.versionId)] });
    await settled();
    expect(copies()).toEqual([`${COVERED}a`]);
  });

  it('that tells of a deletion hides nothing that is there', async () => {
    const version = world.put('text', {}, SOURCE, `${COVERED}a`);
    await world.replicate({ key: `${COVERED}a`, version });
    await world.replicate({ key: `${COVERED}a`, name: MARKER_EVENT, vid: version.versionId });
    await world.replicate({ key: `${COVERED}a`, name: MARKER_EVENT, vid: '' });
    await settled();
    expect(world.stack(BACKUP, `${COVERED}a`)).toEqual([version.versionId]);
  });

  it('with paths, queries, and line ends in key or version stays with its own key', async () => {
    world.put('secret', {}, SOURCE, 'out/secret');
    const texts = ['../out/secret', '../../', '%2e%2e/out/secret', 'a?versionId=x&acl', 'a\r\nx-cos-acl: public-read'];
    await world.raw({ Records: texts.map((text) => record(`${COVERED}${text}`, text)) });
    await settled();
    expect(copies()).toEqual([]);
  });

  it('with a hundred records of missing keys, or of one, writes nothing', async () => {
    world.put('text', {}, OTHER, `${COVERED}a`);
    const many = Array.from({ length: 50 }, (_, i) => [record(`${COVERED}${i}`), record(`${COVERED}one`)]);
    await world.raw({ Records: many.flat() });
    await settled();
    expect(copies()).toEqual([]);
  });

  it('of the state bucket starts neither a task that is not there nor anything that is no task', async () => {
    for (const name of [
      'tasks/none',
      'tasks/',
      'tasks/../rules/source-1250000000',
      'rules/source-1250000000',
      'secrets/marker-key/1',
    ]) {
      await world.runTask(name);
      await world.runTask(name, SOURCE);
    }
    expect(world.state()).toEqual([expect.stringMatching(/^rules\//)]);
    expect(world.requests).toEqual([]);
  });
});

it('a task that somebody wrote replicates nothing that no rule asks for, and ends', async () => {
  world.put('secret', {}, SOURCE, 'out/secret');
  for (const place of [SOURCE, OTHER]) world.put('text', {}, place, `${COVERED}a`);
  await world.ask({ key: 'out/secret' });
  await world.ask({ key: `${COVERED}a`, source: OTHER });
  await world.ask({ key: `${COVERED}a`, destination: OTHER });
  await world.ask({ key: `${COVERED}a`, destination: STATE });
  await settled();
  expect(copies()).toEqual([]);
  expect(world.keys(OTHER)).toEqual([`${COVERED}a`]);
});

it('an event of a long key, whose name is encoded in one place alone, leaves no work that fails', async () => {
  const key = `${COVERED}${'世'.repeat(280)}`;
  const version = world.put('text', {}, SOURCE, key);
  const { cos, event } = record(key, version.versionId);
  const cosObject = { ...cos.cosObject, key: `/1250000000/source/${encodeURI(key)}` };
  expect(await world.raw({ Records: [{ cos: { ...cos, cosObject }, event }] })).toEqual({ done: 1, deferred: 0 });
  await settled();
  expect(copies()).toEqual([key]);
});
