import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCosClient } from '../../../../shared/cos/index.ts';
import type { Place } from '../../../../shared/cos/index.ts';
import { startCloud } from '../../index.ts';
import type { LocalAccount, LocalCloud } from '../../index.ts';

const ROLE = 'engine';
const TRUST = JSON.stringify({
  version: '2.0',
  statement: [{ effect: 'allow', principal: { service: 'scf.qcloud.com' }, action: 'name/sts:AssumeRole' }],
});

let cloud: LocalCloud;
let other: LocalAccount;
beforeAll(async () => {
  cloud = await startCloud({ otherAccounts: [{ appid: '1250000009', uin: '100000000009' }] });
  const [first] = cloud.otherAccounts;
  if (first === undefined) throw new Error('there is no other account');
  other = first;
  cloud.cam.createRole({ name: ROLE, trust: TRUST });
});
afterAll(() => cloud.close());

let buckets = 0;
/** A bucket of the other account, with this policy. */
function foreignBucket(policy?: (place: Place) => object): Place {
  const place = { bucket: `theirs-${(buckets += 1)}-${other.appid}`, region: 'ap-shanghai' };
  cloud.core.createBucket(place.bucket, place.region);
  const text = policy && JSON.stringify({ version: '2.0', statement: [policy(place)] });
  if (text !== undefined) cloud.core.configureBucket(place.bucket, place.region, { policy: text });
  return place;
}

const resourceOf = ({ bucket, region }: Place) => `qcs::cos:${region}:uid/${other.appid}:${bucket}/*`;
const allow = (principal: string) => (place: Place) => ({
  effect: 'allow',
  principal: { qcs: [principal] },
  action: 'name/cos:*',
  resource: resourceOf(place),
});

/** The answer to an upload with the role's own keys. */
async function uploadTo(place: Place, cam?: 'allow' | 'deny'): Promise<string> {
  const attached: number[] = [];
  if (cam !== undefined) {
    const statement = [{ effect: cam, action: 'name/cos:*', resource: resourceOf(place) }];
    const document = JSON.stringify({ version: '2.0', statement });
    const { id } = cloud.cam.createPolicy({ name: `${place.bucket}-${cam}`, document });
    cloud.cam.attach(ROLE, id);
    attached.push(id);
  }
  const { secretId, secretKey, token } = cloud.cam.assumeRole(ROLE);
  const cos = createCosClient({ credentials: () => ({ secretId, secretKey, token }), endpoint: cloud.endpoint });
  try {
    await cos.putObject(place, 'k', Buffer.from('x'));
    return 'written';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    cos.close();
    for (const id of attached) cloud.cam.detach(ROLE, id);
  }
}

describe('a role in a bucket of another account', () => {
  const uin = () => cloud.uin;

  it('writes when the policy there names it, and its own account allows it', async () => {
    const place = foreignBucket(allow(`qcs::cam::uin/${uin()}:roleName/${ROLE}`));
    expect(await uploadTo(place)).toBe('AccessDenied');
    expect(await uploadTo(place, 'allow')).toBe('written');
    expect(await uploadTo(place, 'deny')).toBe('AccessDenied');
  });

  it('also writes when the policy names its whole account', async () => {
    expect(await uploadTo(foreignBucket(allow(`qcs::cam::uin/${uin()}:uin/${uin()}`)), 'allow')).toBe('written');
  });

  it('does not write when only its own account allows it, nor when another role is named', async () => {
    expect(await uploadTo(foreignBucket(), 'allow')).toBe('AccessDenied');
    const another = foreignBucket(allow(`qcs::cam::uin/${uin()}:roleName/another`));
    expect(await uploadTo(another, 'allow')).toBe('AccessDenied');
    const namesake = foreignBucket(allow(`qcs::cam::uin/${other.uin}:roleName/${ROLE}`));
    expect(await uploadTo(namesake, 'allow')).toBe('AccessDenied');
  });

  it('gets the same answer as everybody when the bucket is missing', async () => {
    const place = { bucket: `absent-${other.appid}`, region: 'ap-shanghai' };
    expect(await uploadTo(place, 'allow')).toBe('NoSuchBucket');
  });
});

describe('the other account', () => {
  it('has its own list of buckets, and owns the buckets that it creates', async () => {
    const { secretId, secretKey } = other;
    const cos = createCosClient({ credentials: () => ({ secretId, secretKey }), endpoint: cloud.endpoint });
    const place = foreignBucket();
    await cos.putObject(place, 'k', Buffer.from('x'));
    expect((await cos.headObject(place, 'k')).found).toBe(true);
    const mine = { bucket: `mine-${cloud.appid}`, region: 'ap-guangzhou' };
    cloud.core.createBucket(mine.bucket, mine.region);
    await expect(cos.putObject(mine, 'k', Buffer.from('x'))).rejects.toMatchObject({ code: 'AccessDenied' });
    cos.close();
  });
});
