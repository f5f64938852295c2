import COS from 'cos-nodejs-sdk-v5';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatPlace, type Place } from '../../shared/cos/index.ts';
import { ROLE } from '../cloud/job/index.ts';
import { allowCaller, openSite, type Site } from './project.ts';

const LONG = 120_000;
const SOURCE: Place = { bucket: 'source-1250000000', region: 'ap-guangzhou' };
const BACKUP: Place = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
const STATE: Place = { bucket: 'crr-dev-gz-1250000000', region: 'ap-guangzhou' };

let site: Site;
let cloud: Site['cloud'];
let project: Site['project'];
let sdk: Site['sdk'];
let api: Site['api'];
beforeAll(async () => {
  site = await openSite([SOURCE, BACKUP]);
  ({ cloud, project, sdk, api } = site);
  await project.serverless(['deploy'], { sources: [formatPlace(SOURCE)], destinations: [formatPlace(BACKUP)] });
  await allowCaller(cloud, STATE);
}, LONG);
afterAll(() => site.close());

const bucket = { Bucket: SOURCE.bucket, Region: SOURCE.region };

async function putRule(change: { readonly Status?: 'Enabled' | 'Disabled'; readonly Prefix?: string }): Promise<void> {
  await api.putBucketReplication({
    ...bucket,
    ReplicationConfiguration: {
      Role: ROLE,
      Rules: [
        {
          ID: 'rule',
          Status: 'Enabled',
          Prefix: '',
          Destination: { Bucket: `qcs::cos:${BACKUP.region}::${BACKUP.bucket}` },
          ...change,
        },
      ],
    },
  });
}

/** Writes an object, and says whether it has a replica when no function runs any more. */
async function isReplicated(key: string): Promise<boolean> {
  await sdk.putObject({ ...bucket, Key: key, Body: key });
  await cloud.scf.idle();
  return cloud.core.listVersions(BACKUP.bucket, BACKUP.region, { prefix: key }).entries.length > 0;
}

/** The deployed functions stay warm from one case to the next, and keep earlier rules in their caches. */
describe.sequential('as soon as the API has answered', { timeout: LONG }, () => {
  it('a new rule is in force', async () => {
    await putRule({});
    expect(await isReplicated('first')).toBe(true);
  });

  it.each([
    ['is disabled', () => putRule({ Status: 'Disabled' })],
    ['asks for another prefix', () => putRule({ Prefix: 'elsewhere/' })],
    ['is gone', () => api.deleteBucketReplication(bucket)],
  ])('a rule that %s is out of force', async (name, change) => {
    await putRule({});
    expect(await isReplicated(`before ${name}`)).toBe(true);
    await change();
    expect(await isReplicated(`after ${name}`)).toBe(false);
  });

  it('a rule that was stored again is in force', async () => {
    await putRule({});
    expect(await isReplicated('last')).toBe(true);
  });
});

it('SDKs manage rules at custom domains, with and without the bucket in the name', { timeout: LONG }, async () => {
  const domain = 'replication.my-company.com';
  const lists = { sources: [formatPlace(SOURCE)], destinations: [formatPlace(BACKUP)] };
  const domains = [domain, `${SOURCE.bucket}.${domain}`].map((name) => ({ name, certificate: 'BfHJsadd7' }));
  const access = {
    SecretId: cloud.secretId,
    SecretKey: cloud.secretKey,
    Protocol: 'http:',
    Proxy: cloud.endpoint,
  } as const;
  const clients = [`{Bucket}.${domain}`, domain].map((Domain) => new COS({ ...access, Domain }));
  for (const client of clients) {
    await expect(client.getBucketReplication(bucket)).rejects.toMatchObject({ statusCode: 404 });
  }
  expect(await project.serverless(['deploy'], { ...lists, domains })).toContain(`domain ${domain}: created`);
  await putRule({ Prefix: 'by/' });
  for (const client of clients) {
    const { ReplicationConfiguration } = await client.getBucketReplication(bucket);
    expect(ReplicationConfiguration.Rules).toMatchObject([{ ID: 'rule', Prefix: 'by/' }]);
  }
  for (const client of clients) {
    await client.deleteBucketReplication(bucket);
    await putRule({});
  }
});
