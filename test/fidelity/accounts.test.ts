import { readFileSync } from 'node:fs';

import { afterEach, expect, it } from 'vitest';
import type { LocalCloud } from '../cloud/index.ts';
import { bucketAt, type CosDriver, type TestBucket } from '../contract/driver.ts';
import { causesIn, openPair, type Pair } from './pair.ts';

const ROLE = 'replication-engine';
const TRUST = JSON.stringify({
  version: '2.0',
  statement: [{ effect: 'allow', principal: { service: 'scf.qcloud.com' }, action: 'name/sts:AssumeRole' }],
});

/** The policy that the runbook tells the destination's owner to store. */
function runbookPolicy(): string {
  const runbook = readFileSync(new URL('../../functions/RUNBOOK.md', import.meta.url), 'utf8');
  return /```json\n(\{\s+"version".*?)```/s.exec(runbook)?.[1] ?? '';
}

let pair: Pair;
afterEach(() => pair.close());

const otherOf = ({ cloud }: CosDriver) => cloud?.otherAccounts[0] ?? expect.fail('there is no other account');

function foreignBucket(driver: CosDriver): TestBucket {
  const name = `theirs-${otherOf(driver).appid}`;
  driver.cloud?.core.createBucket(name, driver.otherRegion);
  driver.cloud?.core.putVersioning(name, driver.otherRegion, 'Enabled');
  return bucketAt(driver, name, driver.otherRegion);
}

const allOf = ({ name, region }: TestBucket) => `qcs::cos:${region}:uid/${name.replace(/.*-/, '')}:${name}/*`;

/** The engine signs with a role whose own account lets it use all three buckets. */
function asRole({ cam }: LocalCloud, buckets: readonly TestBucket[]) {
  cam.createRole({ name: ROLE, trust: TRUST });
  const statement = [{ effect: 'allow', action: 'name/cos:*', resource: buckets.map(allOf) }];
  const { id } = cam.createPolicy({ name: ROLE, document: JSON.stringify({ version: '2.0', statement }) });
  cam.attach(ROLE, id);
  const { secretId, secretKey, token } = cam.assumeRole(ROLE);
  return { secretId, secretKey, token };
}

it('a destination of another account takes replicas only once its policy admits the role', async () => {
  pair = await openPair({}, { destination: foreignBucket, credentials: asRole });
  await pair.setRule();
  const { destination, driver, source } = pair;
  const { credentials } = { credentials: otherOf(driver) };
  await source.put('k', 'before');
  await pair.deliver();
  expect(causesIn(pair)).toEqual(['AccessDenied']);
  expect((await destination.call('HEAD', 'k', { credentials })).status).toBe(404);

  const body = runbookPolicy()
    .replaceAll('100000000001', driver.cloud?.uin ?? '')
    .replace('cos-replication-dev-ap-guangzhou-engine', ROLE)
    .replace(/qcs::cos:[^"]*/, allOf(destination));
  await destination.must('PUT', '', { query: { policy: '' }, body, credentials });
  await source.put('k', 'after');
  await pair.deliver();
  expect((await destination.must('GET', 'k', { credentials })).body.toString()).toBe('after');

  await destination.must('DELETE', '', { query: { policy: '' }, credentials });
  await source.put('k', 'again');
  await pair.deliver();
  expect(causesIn(pair)).toEqual(['AccessDenied', 'AccessDenied']);
  expect((await destination.must('GET', 'k', { credentials })).body.toString()).toBe('after');
});
