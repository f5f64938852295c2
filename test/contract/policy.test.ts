import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketAt, errorOf, makeBucket, openDriver } from './driver.ts';
import type { Answer, CosDriver, TestBucket } from './driver.ts';

let driver: CosDriver;
let bucket: TestBucket;
beforeAll(async () => {
  driver = await openDriver();
  bucket = await makeBucket(driver, 'policy');
  await bucket.put('open/k', 'x');
  await bucket.put('shut/k', 'x');
});
afterAll(() => driver.close());

interface Statement {
  readonly effect: 'allow' | 'deny';
  readonly principal: string;
  readonly action: string | readonly string[];
  readonly path: string;
}

const account = (uin: string) => `qcs::cam::uin/${uin}:uin/${uin}`;

function policyOf(...statements: readonly Statement[]): string {
  const statement = statements.map(({ effect, principal, action, path }) => ({
    effect,
    principal: { qcs: [principal] },
    action,
    resource: [`qcs::cos:${bucket.region}:uid/${driver.appid}:${bucket.name}/${path}`],
  }));
  return JSON.stringify({ version: '2.0', statement });
}

const query = { policy: '' };
const put = (body: string) => bucket.call('PUT', '', { query, body });
const refusal = (answer: Answer) => `${errorOf(answer).status} ${errorOf(answer).code}`;
const stranger = () => {
  if (driver.stranger === undefined) throw new Error('these tests need a second account');
  return driver.stranger;
};
const status = async (method: string, key: string, body?: string) =>
  (await bucket.call(method, key, { credentials: stranger().credentials, body })).status;

describe('?policy', () => {
  it('is stored, returned as it was, and removed', async () => {
    expect(errorOf(await bucket.call('GET', '', { query })).status).toBe(404);
    const body = policyOf({ effect: 'allow', principal: '*', action: 'name/cos:GetObject', path: 'open/*' });
    expect((await put(body)).status).toBe(204);
    expect((await bucket.must('GET', '', { query })).body.toString()).toBe(body);
    expect((await bucket.must('DELETE', '', { query })).status).toBe(204);
    expect(errorOf(await bucket.call('GET', '', { query })).status).toBe(404);
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['no statement', '{"version":"2.0"}'],
    ['another version', '{"version":"1.0","statement":[]}'],
    ['no principal', '{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"}]}'],
    ['no effect', '{"version":"2.0","statement":[{"principal":"*","action":"*","resource":"*"}]}'],
    [
      'a principal that is none',
      '{"version":"2.0","statement":[{"principal":{"qcs":["me"]},"effect":"allow","action":"*","resource":"*"}]}',
    ],
    [
      'another bucket',
      '{"version":"2.0","statement":[{"principal":"*","effect":"allow","action":"*","resource":"qcs::cos::uid/1250000000:other-1250000000/*"}]}',
    ],
    ['too many characters', JSON.stringify({ version: '2.0', more: 'x'.repeat(20_480) })],
  ])('with %s is MalformedPolicy', async (_, body) => {
    expect(refusal(await put(body))).toBe('400 MalformedPolicy');
  });

  it('needs a body', async () => {
    expect(refusal(await put(''))).toBe('400 MissingRequestBodyError');
  });
});

describe('another account', () => {
  const READ = ['name/cos:GetObject', 'name/cos:HeadObject'];

  it('has the rights of the policy, and no others', async () => {
    await bucket.call('DELETE', '', { query });
    expect(await status('GET', 'open/k')).toBe(403);
    const principal = account(stranger().uin);
    const write = { effect: 'allow', principal, action: 'cos:PutObject', path: 'open/in' } as const;
    await put(policyOf({ effect: 'allow', principal, action: READ, path: 'open/*' }, write));
    expect(await status('GET', 'open/k')).toBe(200);
    expect(await status('PUT', 'open/in', 'x')).toBe(200);
    expect(await status('PUT', 'open/k', 'x')).toBe(403);
    expect(await status('GET', 'shut/k')).toBe(403);
    expect(await status('GET', '')).toBe(403);
    expect(await status('DELETE', 'open/in')).toBe(403);
    const refused = await bucket.call('GET', 'shut/k', { credentials: stranger().credentials });
    expect(refusal(refused)).toBe('403 AccessDenied');
  });

  it('is shut out by a deny, whatever else allows it', async () => {
    const principal = account(stranger().uin);
    const deny = { effect: 'deny', principal: '*', action: 'name/cos:*', path: 'open/k' } as const;
    await put(policyOf({ effect: 'allow', principal, action: READ, path: '*' }, deny));
    expect(await status('GET', 'open/k')).toBe(403);
    expect(await status('GET', 'shut/k')).toBe(200);
  });

  it('cannot change the policy, nor create a bucket of this account', async () => {
    const { credentials } = stranger();
    expect(refusal(await bucket.call('PUT', '', { query, body: policyOf(), credentials }))).toBe('403 AccessDenied');
    const mine = bucketAt(driver, driver.newName('mine'), driver.region);
    expect(refusal(await mine.call('PUT', '', { credentials }))).toBe('403 AccessDenied');
  });

  it('has the rights of a grant in the ACL, too', async () => {
    await bucket.call('DELETE', '', { query });
    await bucket.put('granted', 'x', { 'x-cos-grant-read': `id="${stranger().uin}"` });
    expect(await status('GET', 'granted')).toBe(200);
    expect(await status('DELETE', 'granted')).toBe(403);
  });
});

describe('everyone', () => {
  it('has the rights that the policy gives to everyone, without a signature, until the policy is removed', async () => {
    const read = () => bucket.call('GET', 'open/k', { signature: 'none' });
    await put(
      policyOf({ effect: 'allow', principal: 'qcs::cam::anyone:anyone', action: 'name/cos:GetObject', path: '*' }),
    );
    expect((await read()).status).toBe(200);
    await bucket.must('DELETE', '', { query });
    expect((await read()).status).toBe(403);
  });
});

describe('the owner', () => {
  it('is bound by a deny, and can always remove the policy', async () => {
    const everything = ['', '*'].map(
      (path) => ({ effect: 'deny', principal: '*', action: 'name/cos:*', path }) as const,
    );
    await put(policyOf(...everything));
    expect(refusal(await bucket.call('GET', 'open/k'))).toBe('403 AccessDenied');
    expect((await bucket.must('DELETE', '', { query })).status).toBe(204);
    expect((await bucket.must('GET', 'open/k')).status).toBe(200);
  });
});
