import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parsePlace } from '../../shared/cos/index.ts';
import { ROLE } from '../cloud/job/index.ts';
import { setRule } from '../cloud/job/rule.ts';
import { longNames } from '../shared/deploy/settings.ts';
import { allowCaller, openSite, type Site } from './project.ts';

const REGION = 'ap-guangzhou';
/** Deployments by the real CLI, which attach no more than three policies a second. */
const LONG = 240_000;
const STATE = { bucket: 'crr-dev-gz-1250000000', region: REGION };
const API = `cos-replication-dev-${REGION}-api`;
const ENGINE = `cos-replication-dev-${REGION}-engine`;
const SCHEDULE = `cos-replication-dev-${REGION}-schedule`;
const SCAN = `cos-replication-dev-${REGION}-scan`;
/** So many buckets that each role that works on buckets needs more than one policy. */
const SOURCES = longNames('source', 3, REGION);
const DESTINATIONS = longNames('backup', 70, 'ap-shanghai');
const [source, last] = [parsePlace(SOURCES[0] ?? ''), parsePlace(DESTINATIONS.at(-1) ?? '')];
const UNLISTED = parsePlace('unlisted-1250000000@ap-shanghai');

let site: Site;
let cloud: Site['cloud'];
let project: Site['project'];
let sdk: Site['sdk'];
let api: Site['api'];
beforeAll(async () => {
  site = await openSite([...[...SOURCES, ...DESTINATIONS].map(parsePlace), UNLISTED]);
  ({ cloud, project, sdk, api } = site);
});
afterAll(() => site.close());

const serverless = (command: string, sources: readonly string[], destinations: readonly string[]): Promise<string> =>
  project.serverless(command.split(' '), { sources, destinations });

const policies = () => cloud.cam.listPolicies().map(({ name }) => name);

/** The results of the deployed API function's pre-flight, by the bucket of the destination. */
async function preflight(): Promise<Map<string, { passed: boolean; checks: object[] }>> {
  const answer = (await api.request({
    Bucket: source.bucket,
    Region: source.region,
    Method: 'POST',
    Query: { replicationPreflight: '' },
    RawBody: true,
  })) as unknown as { Body: string };
  const { destinations } = JSON.parse(answer.Body) as {
    destinations: { destination: string; passed: boolean; checks: object[] }[];
  };
  return new Map(destinations.map(({ destination, ...found }) => [parsePlace(destination).bucket, found]));
}

/** One after the other: a deployment is made, used, made smaller and removed. */
describe.sequential('a deployment whose policies are split', { timeout: LONG }, () => {
  it('is made, and unchanged the second time', async () => {
    const output = await serverless('deploy', SOURCES, DESTINATIONS);
    expect(output).toContain(`role ${ENGINE} (2 policies): created`);
    expect(output).toContain(`role ${API} (4 policies): created`);
    expect(policies().sort()).toEqual([
      API,
      `${API}-2`,
      `${API}-4`,
      `${API}-6`,
      ENGINE,
      `${ENGINE}-2`,
      SCAN,
      `${SCAN}-2`,
      SCHEDULE,
      `${SCHEDULE}-2`,
      `${SCHEDULE}-4`,
    ]);
    for (const { document } of cloud.cam.listPolicies()) expect(document.length).toBeLessThanOrEqual(6144);
    // The policy that lets a function use the last destination.
    const { document } = cloud.cam.getPolicy({ name: `${API}-6` });
    expect(document).toContain(last.bucket);
    expect(cloud.cam.getPolicy({ name: ENGINE }).document).not.toContain(last.bucket);

    const again = await serverless('deploy', SOURCES, DESTINATIONS);
    expect(again).toContain(`role ${API} (4 policies): unchanged`);
    expect(again).not.toMatch(/: (created|updated|removed)/);
  });

  it('lets the functions use a bucket of a later policy', async () => {
    await allowCaller(cloud, STATE);
    await setRule(api, source, last, ROLE);
    await sdk.putObject({ Bucket: source.bucket, Region: source.region, Key: 'a', Body: 'content' });
    await cloud.scf.idle();
    const replica = await sdk.getObject({ Bucket: last.bucket, Region: last.region, Key: 'a' });
    expect(String(replica.Body)).toBe('content');
  });

  it('lets them do everything at each listed bucket, and nothing at another', async () => {
    const id = { region: REGION, namespace: 'default', name: 'cos-replication-dev-api' };
    const { environment } = cloud.scf.getFunction(id).config;
    // The function itself would refuse a bucket that is not in its list, before it asks CAM.
    const destinations = [...DESTINATIONS, `${UNLISTED.bucket}@${UNLISTED.region}`].join(',');
    cloud.scf.updateConfiguration(id, { environment: { ...environment, DESTINATIONS: destinations } });
    await cloud.scf.idle();

    const found = await preflight();
    expect([...found].filter(([, { passed }]) => !passed).map(([bucket]) => bucket)).toEqual([UNLISTED.bucket]);
    expect(found.size).toBe(DESTINATIONS.length + 1);
    expect(JSON.stringify(found.get(UNLISTED.bucket)?.checks[0])).toContain('AccessDenied');
    await expect(setRule(api, source, UNLISTED, ROLE)).rejects.toThrow(/UserNotTargetBucketOwner 403/);
  });

  it('removes the policies that a shorter list does not need', async () => {
    const output = await serverless('deploy', SOURCES, DESTINATIONS.slice(0, 10));
    expect(output).toContain(`role ${API}: updated`);
    expect(policies().sort()).toEqual([API, ENGINE, SCAN, SCHEDULE]);
    const found = await preflight();
    expect([...found.values()].map(({ passed }) => passed)).toEqual(Array.from({ length: 10 }, () => true));
  });

  it('makes nothing when CAM has no room, and names the next step', async () => {
    const { document } = cloud.cam.getPolicy({ name: API });
    const theirs = cloud.cam.createPolicy({ name: `${API}-4`, document, description: 'of somebody else' });
    const before = cloud.cam.listPolicies();
    await expect(serverless('deploy', SOURCES, DESTINATIONS)).rejects.toThrow(/-api-4 was not made by this service/);
    expect(cloud.cam.listPolicies()).toEqual(before);
    cloud.cam.updatePolicy(theirs.id, { name: 'theirs' });
  });

  it('removes all of its policies, and no other', async () => {
    await serverless('deploy', SOURCES, DESTINATIONS);
    expect(policies()).toHaveLength(12);
    // With a shorter list from here on.
    await serverless('remove --force', SOURCES, DESTINATIONS.slice(0, 1));
    expect(policies()).toEqual(['theirs']);
  });
});
