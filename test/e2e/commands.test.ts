import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatPlace, type Place } from '../../shared/cos/index.ts';
import { ROLE } from '../cloud/job/index.ts';
import { openSite, type Site } from './project.ts';

const LONG = 300_000;
const SOURCE: Place = { bucket: 'source-1250000000', region: 'ap-guangzhou' };
const BACKUP: Place = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
const STATE: Place = { bucket: 'crr-dev-gz-1250000000', region: 'ap-guangzhou' };
const RULES = `<ReplicationConfiguration><Role>${ROLE}</Role><Rule><ID>all</ID><Status>Enabled</Status><Prefix/><Destination><Bucket>qcs::cos:${BACKUP.region}::${BACKUP.bucket}</Bucket></Destination></Rule></ReplicationConfiguration>`;

let site: Site;
const lists = { sources: [formatPlace(SOURCE)], destinations: [formatPlace(BACKUP)] };
beforeAll(async () => {
  site = await openSite([SOURCE, BACKUP]);
  await site.project.serverless(['deploy'], lists);
  await writeFile(join(site.project.folder, 'rules.xml'), RULES);
}, LONG);
afterAll(() => site.close());

const run = (...args: string[]) => site.project.serverless(['replication', ...args], lists);
const put = (key: string) =>
  site.sdk.putObject({ Bucket: SOURCE.bucket, Region: SOURCE.region, Key: key, Body: 'text' });
const replicas = (): string[] =>
  site.cloud.core.listVersions(BACKUP.bucket, BACKUP.region, {}).entries.map(({ key }) => key);

it('the commands find nothing wrong with a new deployment', { timeout: LONG }, async () => {
  const { checks } = JSON.parse(await run('doctor', '--json')) as { checks: { name: string; state: string }[] };
  expect(checks.filter(({ state }) => state !== 'fine').map(({ name }) => name)).toEqual(['API keys']);
});

/** One after the other: rules are stored, a destination breaks and is mended, rules are removed. */
describe.sequential('the commands for a source', { timeout: LONG }, () => {
  it('say that there are no rules yet, and how to store some', async () => {
    await expect(run('rules', 'get')).rejects.toThrow(/source-1250000000 has no replication rules: .* rules put /);
    expect(await run('failures')).toMatch(/source-1250000000 has no waiting and no failed work\./);
  });

  it('count the versions that rules would replicate, and store none', async () => {
    await put('before');
    const existing = '<ExistingObjectReplication><Status>Enabled</Status></ExistingObjectReplication></Rule>';
    await writeFile(join(site.project.folder, 'all.xml'), RULES.replace('</Rule>', existing));
    expect(await run('dry-run', '--file', 'all.xml')).toMatch(
      /^backup-1250000000@ap-shanghai: would get 1 versions \(4 B\), 0 delete markers; 1 of the versions are current$/m,
    );
    const answer: unknown = JSON.parse(await run('dry-run', '--file', 'all.xml', '--json'));
    expect(answer).toMatchObject({ bucket: SOURCE.bucket, listed: 1, complete: true, cost: { currency: 'CNY' } });
    await expect(run('rules', 'get')).rejects.toThrow(/has no replication rules/);
  });

  it('store rules from a file, and return them as they were sent', async () => {
    expect(await run('rules', 'put', '--file', 'rules.xml')).toMatch(/source-1250000000: 1 rule stored, 1 enabled/);
    expect((await run('rules', 'get', '--bucket', SOURCE.bucket)).trim()).toBe(RULES);
    expect(JSON.parse(await run('rules', 'get', '--json'))).toMatchObject({
      bucket: SOURCE.bucket,
      rules: [{ id: 'all', enabled: true, destination: BACKUP }],
      xml: RULES,
    });
  });

  it("report the API's error about wrong rules, and leave the stored ones alone", async () => {
    await writeFile(join(site.project.folder, 'wrong.xml'), RULES.replace('Enabled', 'On'));
    await expect(run('rules', 'put', '--file', 'wrong.xml')).rejects.toThrow(/The API answered 400 \w+: .*Status/);
    await expect(run('rules', 'put', '--file', 'none.xml')).rejects.toThrow(/none\.xml cannot be read/);
    expect((await run('rules', 'get')).trim()).toBe(RULES);
  });

  it('try the destinations, and end with an error when one cannot be used', async () => {
    expect(await run('preflight')).toMatch(/backup-1250000000@ap-shanghai: can be replicated to\n +passed +reach/);
    const own = { enabled: true, prefix: 'own/', destination: BACKUP, storageClass: undefined, deleteMarkers: true };
    const replication = { rules: [own], document: '<ReplicationConfiguration/>', created: 0 };
    site.cloud.core.configureBucket(SOURCE.bucket, SOURCE.region, { replication });
    expect(await run('preflight')).toMatch(/^WARNING +source-1250000000@\S+: native-replication: configured$/m);
    site.cloud.core.putVersioning(BACKUP.bucket, BACKUP.region, 'Suspended');
    await expect(run('doctor')).rejects.toThrow(/broken: destination \S+ has no versioning[^]*Broken: buckets\./);
    await expect(run('preflight')).rejects.toThrow(/FAILED +versioning: suspended[^]*cannot be replicated to: mend/);
  });

  it('list failures with their causes, and nothing of another state', async () => {
    await put('odd \n key');
    await expect
      .poll(() => site.cloud.core.listObjects(STATE.bucket, STATE.region, { prefix: 'waiting/' }).entries.length, {
        timeout: LONG,
        interval: 500,
      })
      .toBe(1);
    expect(await run('failures')).toMatch(
      /^(FAILED|PENDING) "odd \\n key" → backup-1250000000@ap-shanghai: \S+, \d+ att/m,
    );
    const answer = JSON.parse(await run('failures', '--json')) as { items: { key: string; state: string }[] };
    expect(answer).toMatchObject({ bucket: SOURCE.bucket, truncated: false, unreadable: 0 });
    expect(answer.items.map(({ key }) => key)).toEqual(['odd \n key']);
    const other = answer.items[0]?.state === 'FAILED' ? 'pending' : 'failed';
    expect(await run('failures', '--state', other)).toMatch(/has no waiting and no failed work/);
    await expect(run('failures', '--state', 'done')).rejects.toThrow(/--state is FAILED or PENDING, not "done"/);
  });

  it('retry failures once the destination is mended', async () => {
    site.cloud.core.putVersioning(BACKUP.bucket, BACKUP.region, 'Enabled');
    await expect(run('reattempt', '--key', 'nobody')).rejects.toThrow(
      /"nobody": the source has no version[^]*Nothing was/,
    );
    expect(JSON.parse(await run('reattempt', '--json'))).toMatchObject({
      bucket: SOURCE.bucket,
      started: 1,
      requested: 0,
    });
    await expect.poll(replicas, { timeout: LONG, interval: 500 }).toContain('odd \n key');
    expect(await run('reattempt', '--key', 'odd \n key', '--key', 'nobody')).toMatch(/0 keys .* 1 others looked at/);
  });

  it('remove the rules, and leave no API key behind', async () => {
    expect(await run('rules', 'delete')).toMatch(/source-1250000000: rules removed/);
    // Programs read stdout as JSON; the error is on stderr, which follows in this text.
    await expect(run('rules', 'get', '--json')).rejects.toThrow(
      /--json:\n\nError: source-1250000000 has no replication/,
    );
    expect(site.cloud.core.listObjects(STATE.bucket, STATE.region, { prefix: 'keys/' }).entries).toEqual([]);
  });
});
