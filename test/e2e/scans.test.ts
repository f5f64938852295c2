import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BucketStatus } from '../../functions/api/scan-schemas.ts';
import { formatPlace, type Place } from '../../shared/cos/index.ts';
import { isReserved } from '../../shared/rules/index.ts';
import { ROLE } from '../cloud/job/index.ts';
import { allowCaller, openSite, type Site } from './project.ts';

const LONG = 300_000;
const SOURCE: Place = { bucket: 'source-1250000000', region: 'ap-guangzhou' };
const BACKUP: Place = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
const STATE: Place = { bucket: 'crr-dev-gz-1250000000', region: 'ap-guangzhou' };
const OBJECTS = 60;

let site: Site;
let cloud: Site['cloud'];
const lists = { sources: [formatPlace(SOURCE)], destinations: [formatPlace(BACKUP)] };
beforeAll(async () => {
  site = await openSite([SOURCE, BACKUP]);
  ({ cloud } = site);
  await site.project.serverless(['deploy'], lists);
  await allowCaller(cloud, STATE);
}, LONG);
afterAll(() => site.close());

const bucket = { Bucket: SOURCE.bucket, Region: SOURCE.region };
const replicas = (): number =>
  cloud.core.listVersions(BACKUP.bucket, BACKUP.region, {}).entries.filter(({ key }) => !isReserved(key)).length;

/** Waits for the condition, and fires the timer meanwhile, so that nobody waits for its minutes. */
async function until(so: () => boolean): Promise<void> {
  let looks = 0;
  const look = (): boolean => {
    if (so()) return true;
    looks += 1;
    if (looks % 10 === 0)
      cloud.scf.tick({ region: SOURCE.region, namespace: 'default', name: 'cos-replication-dev-schedule' });
    return false;
  };
  await expect.poll(look, { timeout: LONG, interval: 500 }).toBe(true);
}

/** The deployed functions, with their roles. */
describe.sequential('deployed functions', { timeout: LONG }, () => {
  it('replicate objects from before the rule', async () => {
    for (let i = 0; i < OBJECTS; i += 1)
      await site.sdk.putObject({
        ...bucket,
        Key: `there/${i % 50}`,
        Body: `text ${i}`,
        Headers: { 'x-cos-meta-n': `${i}` },
      });
    await site.api.request({
      ...bucket,
      Method: 'PUT',
      Query: { replication: '' },
      Body: `<ReplicationConfiguration><Role>${ROLE}</Role><Rule><ID>all</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter><ExistingObjectReplication><Status>Enabled</Status></ExistingObjectReplication><Destination><Bucket>qcs::cos:${BACKUP.region}::${BACKUP.bucket}</Bucket></Destination></Rule></ReplicationConfiguration>`,
    });
    await until(() => replicas() === OBJECTS);
    for (let i = 10; i < OBJECTS; i += 1) {
      const { headers, Body } = await site.sdk.getObject({
        Bucket: BACKUP.bucket,
        Region: BACKUP.region,
        Key: `there/${i % 50}`,
      });
      expect([String(Body), headers?.['x-cos-meta-n']]).toEqual([`text ${i}`, `${i}`]);
    }
  });

  it('end the scan with nothing left to do, and keep no start of it', async () => {
    const names = (prefix: string): readonly string[] =>
      cloud.core.listObjects(STATE.bucket, STATE.region, { prefix }).entries.map(({ key }) => key);
    await until(() => names('pairs/').some((name) => name.endsWith('/result')));
    await cloud.scf.idle();
    expect([...names('scans/'), ...names('ranges/'), ...names('tasks/'), ...names('waiting/')]).toEqual([]);
    expect(replicas()).toBe(OBJECTS);
  });

  it('scan on request, and the command follows the scan line by line where the output is no terminal', async () => {
    const command = { isOver: false };
    const said = site.project
      .serverless(['replication', 'scan', '--wait'], lists)
      .finally(() => (command.isOver = true));
    const schedule = { region: SOURCE.region, namespace: 'default', name: 'cos-replication-dev-schedule' };
    while (!command.isOver) {
      // The minutes of the timer, without waiting for them.
      cloud.scf.tick(schedule);
      await cloud.scf.idle();
      await Promise.race([said, new Promise((resolve) => setTimeout(resolve, 500))]);
    }
    const lines = (await said).trim().split('\n');
    expect(lines[0]).toMatch(/backup-1250000000@ap-shanghai: the scan begins within a minute/);
    expect(lines.at(-1)).toMatch(
      new RegExp(`: repair ended 100%, ${OBJECTS} of ${OBJECTS} versions, 0 copied, 0 removed, 0 left to tasks$`),
    );
    expect(new Set(lines).size).toBe(lines.length);
    // eslint-disable-next-line no-control-regex
    expect(lines.join('')).not.toMatch(/\u001B/);
  });

  it('count their work, by events and by scans, with its lag and its cost', async () => {
    const key = 'live/one';
    await site.sdk.putObject({ ...bucket, Key: key, Body: 'now' });
    await cloud.scf.idle();
    cloud.scf.tick({ region: SOURCE.region, namespace: 'default', name: 'cos-replication-dev-schedule' });
    await cloud.scf.idle();
    const answer = await site.project.serverless(['replication', 'status', '--json'], lists);
    const { destinations } = JSON.parse(answer) as BucketStatus;
    const [one] = destinations;
    const cost = one?.rules[0]?.cost;
    // Lower bounds, because they lack an instance's work since its last note.
    expect(one?.live?.copied.versions).toBeGreaterThan(1);
    expect(one?.live?.copied.versions).toBeLessThanOrEqual(OBJECTS + 1);
    // Objects of the second in which the rule was stored belong to the rule, and have a lag as well.
    expect(one?.live?.lagMs?.versions).toBeGreaterThanOrEqual(1);
    expect(one?.live?.lagMs?.versions).toBeLessThanOrEqual(one?.live?.copied.versions ?? 0);
    expect(cost?.estimated).toBe(true);
    expect(cost?.thisMonth.versions).toBe(one?.live?.copied.versions);
    expect(cost?.soFar.total).toBeGreaterThan(0);
    const told = await site.project.serverless(['replication', 'status'], lists);
    expect(told).toMatch(/last hour +at least \d+ versions copied \(.*\), 0 tries failed, lag p50 /);
    expect(told).toMatch(/cost so far 0\.\d+ CNY, this month 0\.\d+ CNY \(estimated at list prices/);
    const notes = cloud.core.listObjects(STATE.bucket, STATE.region, { prefix: 'live/' }).entries;
    expect(notes).toEqual([]);
  });

  it('check their preconditions each hour, and report a broken one with the next step', async () => {
    const serverless = (...args: string[]) => site.project.serverless(['replication', ...args], lists);
    /** As after an hour, when the findings count as old. */
    const checkAgain = async (): Promise<void> => {
      for (const part of ['buckets', 'functions'])
        cloud.core.deleteObject(STATE.bucket, STATE.region, `status/checks/${part}`, undefined, { requestId: 'test' });
      cloud.scf.tick({ region: SOURCE.region, namespace: 'default', name: 'cos-replication-dev-schedule' });
      await cloud.scf.idle();
    };
    await checkAgain();
    expect(await serverless('status')).toMatch(/backup-1250000000@ap-shanghai: complete\n/);
    const replicate = { region: SOURCE.region, namespace: 'default', name: 'cos-replication-dev-replicate' };
    const [gone] = cloud.scf.listTriggers(replicate);
    if (gone === undefined) throw new Error('no trigger');
    cloud.scf.deleteTrigger(replicate, { ...gone, qualifier: gone.qualifier });
    cloud.core.putVersioning(BACKUP.bucket, BACKUP.region, 'Suspended');
    await checkAgain();
    const told = await serverless('status');
    expect(told).toMatch(/backup-1250000000@ap-shanghai: broken \(BucketVersionNotOpen\)\n/);
    expect(told).toMatch(/broken +backup-1250000000: versioning of the bucket is not enabled.*Enable versioning/);
    expect(told).toMatch(/broken +cos:\S+ of source-1250000000 at cos-replication-dev-replicate: .*Deploy again/);
    cloud.core.putVersioning(BACKUP.bucket, BACKUP.region, 'Enabled');
    await site.project.serverless(['deploy'], lists);
    await checkAgain();
    expect(await serverless('status')).toMatch(/backup-1250000000@ap-shanghai: complete\n/);
    expect(replicas()).toBe(OBJECTS + 1);
  });

  it('obey the commands, which leave no key behind', async () => {
    const serverless = (...args: string[]) => site.project.serverless(['replication', ...args], lists);
    const status = JSON.parse(await serverless('status', '--bucket', SOURCE.bucket, '--json')) as {
      destinations: { state: string; rules: { versions: { replicated: { versions: number } } }[] }[];
    };
    expect(status.destinations.map(({ state }) => state)).toEqual(['complete']);
    expect(status.destinations[0]?.rules[0]?.versions.replicated.versions).toBe(OBJECTS);
    expect(await serverless('status')).toMatch(/source-1250000000 → backup-1250000000@ap-shanghai: complete/);
    expect(await serverless('pause', '--rule', 'all')).toMatch(/backup-1250000000@ap-shanghai: scans paused/);
    expect(await serverless('scan', '--prefix', 'there/1')).toMatch(/begins when its scans are resumed/);
    expect(await serverless('resume')).toMatch(/scans resumed/);
    await expect(serverless('scan', '--bucket', 'other-1250000000')).rejects.toThrow(/is not a source/);
    const keys = cloud.core.listObjects(STATE.bucket, STATE.region, { prefix: 'keys/' }).entries;
    expect(keys).toHaveLength(1);
  });

  it('send a canary where it is switched on, and leave nothing of it on either side', async () => {
    const withCanary = { ...lists, canary: { everyMinutes: 1 } };
    await site.project.serverless(['deploy'], withCanary);
    cloud.scf.tick({ region: SOURCE.region, namespace: 'default', name: 'cos-replication-dev-schedule' });
    await cloud.scf.idle();
    const told = await site.project.serverless(['replication', 'status'], withCanary);
    expect(told).toMatch(/canary +lag \d/);
    expect(told).not.toMatch(/is awaited|lost/);
    for (const { bucket, region } of [SOURCE, BACKUP])
      expect(cloud.core.listVersions(bucket, region, { prefix: '.replication-canary/' }).entries).toEqual([]);
    // A user cannot have replicated a key that no rule covers.
    await site.sdk.putObject({ ...bucket, Key: '.replication-canary/mine', Body: 'mine' });
    await cloud.scf.idle();
    expect(
      cloud.core.listVersions(BACKUP.bucket, BACKUP.region, { prefix: '.replication-canary/mine' }).entries,
    ).toEqual([]);
  });

  it('verify: list by key what somebody has hidden or removed at the destination', async () => {
    const verify = (...args: string[]) => site.project.serverless(['replication', 'verify', ...args], lists);
    expect(await verify('--prefix', 'there/2')).toMatch(/Both sides are equal up to [^]*It is safe to switch/);
    const there = { Bucket: BACKUP.bucket, Region: BACKUP.region };
    await site.sdk.putObject({ ...there, Key: 'there/2', Body: 'mine' });
    const [newest] = cloud.core.listVersions(BACKUP.bucket, BACKUP.region, { prefix: 'there/3' }).entries;
    cloud.core.deleteObject(BACKUP.bucket, BACKUP.region, 'there/3', newest?.versionId, { requestId: 'test' });
    const found =
      /not-shown "there\/2" .*: shows other\n +missing "there\/3" [^]*not safe to switch.*leaves versions of/;
    await expect(verify()).rejects.toThrow(found);
  });

  it('can be asked at the destination alone, while the region of the source answers nothing', async () => {
    const down = {
      match: { region: SOURCE.region },
      effect: { kind: 'error', status: 503, code: 'ServiceUnavailable' },
    };
    cloud.faults.set([down as never]);
    const told = await site.project.serverless(['replication', 'status', '--at-destination'], lists);
    const [asked] = cloud.faults.status();
    cloud.faults.clear();
    expect(told).toMatch(/as the destination holds it, .* old\n[^]*complete up to +2[^]*waiting +0 keys/);
    expect(asked?.matched).toBe(0);
  });
});
