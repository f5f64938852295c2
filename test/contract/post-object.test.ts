import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, errorOf, makeBucket, openDriver, xmlOf } from './driver.ts';
import type { Answer, CosDriver, TestBucket } from './driver.ts';

let driver: CosDriver;
let bucket: TestBucket;
beforeAll(async () => {
  driver = await openDriver();
  bucket = await makeBucket(driver, 'forms', { versioning: 'Enabled' });
});
afterAll(() => driver.close());

type Fields = Readonly<Record<string, string>>;
const BOUNDARY = '----WebKitFormBoundary7MA4YWxkTrZu0gW';
const sha1 = (key: string, text: string) => createHmac('sha1', key).update(text).digest('hex');

function bodyOf(fields: Fields, content: string | Uint8Array | undefined, fileName = 'photo.jpg'): Buffer {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head =
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${fileName}"\r\n` +
    'Content-Type: image/jpeg\r\n\r\n';
  const file = content === undefined ? [] : [Buffer.from(head), Buffer.from(content), Buffer.from('\r\n')];
  return Buffer.concat([Buffer.from(parts.join('')), ...file, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

/** The fields that sign a policy with these conditions and the required ones. */
function signed(conditions: readonly unknown[], some: { expires?: number; secretKey?: string } = {}): Fields {
  const { secretId, secretKey } = driver.credentials;
  const now = Math.floor(Date.now() / 1000);
  const keyTime = `${now - 60};${now + 600}`;
  const policy = JSON.stringify({
    expiration: new Date(Date.now() + (some.expires ?? 600_000)).toISOString(),
    conditions: [...conditions, { 'q-sign-algorithm': 'sha1' }, { 'q-ak': secretId }, { 'q-sign-time': keyTime }],
  });
  const digest = createHash('sha1').update(policy).digest('hex');
  return {
    policy: Buffer.from(policy).toString('base64'),
    'q-sign-algorithm': 'sha1',
    'q-ak': secretId,
    'q-key-time': keyTime,
    'q-signature': sha1(sha1(some.secretKey ?? secretKey, keyTime), digest),
  };
}

const send = (body: Uint8Array, contentType = `multipart/form-data; boundary=${BOUNDARY}`) =>
  bucket.call('POST', '', { signature: 'none', body, headers: { 'content-type': contentType } });
const post = (fields: Fields, content: string | Uint8Array = 'bytes', fileName?: string) =>
  send(bodyOf(fields, content, fileName));
const refusal = (answer: Answer) => `${errorOf(answer).status} ${errorOf(answer).code}`;

describe('a form', () => {
  it('uploads its file, with its fields as metadata', async () => {
    const fields = { key: 'a', acl: 'public-read', 'Content-Type': 'text/x', 'x-cos-meta-n': '1' };
    const answer = await post({ ...fields, ...signed([{ bucket: bucket.name }, ['starts-with', '$key', '']]) });
    expect([answer.status, answer.body.length]).toEqual([204, 0]);
    expect(answer.headers).toMatchObject({ location: `http://${bucket.host}/a` });
    const read = await bucket.call('GET', 'a', { signature: 'none' });
    expect(read.body.toString()).toBe('bytes');
    expect(read.headers).toMatchObject({
      'content-type': 'text/x',
      'x-cos-meta-n': '1',
      etag: answer.headers['etag'],
      'x-cos-version-id': answer.headers['x-cos-version-id'],
    });
  });

  it('may hold any bytes, even a part of its own delimiter', async () => {
    const content = Buffer.concat([
      Buffer.from(`\r\n--${BOUNDARY.slice(0, -1)}`),
      Buffer.alloc(300_000, '\r\n--'),
      Buffer.from('\r\n'),
    ]);
    await post({ key: 'bytes', ...signed([]) }, content);
    expect((await bucket.must('GET', 'bytes')).body.equals(content)).toBe(true);
  });

  it('puts the name of the file into the key', async () => {
    await post({ key: 'in/${filename}', ...signed([['starts-with', '$key', 'in/']]) }, 'x', '中.jpg');
    expect((await bucket.must('HEAD', 'in/中.jpg')).headers['content-type']).toBe('image/jpeg');
  });

  it('is answered as it asks', async () => {
    const created = await post({ key: 'k', success_action_status: '201', ...signed([]) });
    expect(created.status).toBe(201);
    expect([at(xmlOf(created), 'Key'), at(xmlOf(created), 'ETag')]).toEqual(['k', created.headers['etag']]);
    expect((await post({ key: 'k', success_action_status: '200', ...signed([]) })).status).toBe(200);
    const redirect = 'https://my.website/done.html?a=1';
    const moved = await post({ key: 'k', success_action_redirect: redirect, ...signed([]) });
    expect(moved.status).toBe(303);
    const { searchParams } = new URL(moved.headers['location'] ?? '');
    expect([...searchParams]).toEqual([
      ['a', '1'],
      ['bucket', bucket.name],
      ['key', 'k'],
      ['etag', moved.headers['etag']],
    ]);
  });
});

describe('forms are refused for', () => {
  it.each<[string, Fields, readonly unknown[]]>([
    ['a key outside its prefix', { key: 'b' }, [['starts-with', '$key', 'a/']]],
    ['another value', { key: 'a', acl: 'public-read' }, [{ acl: 'default' }]],
    ['a missing field', { key: 'a' }, [['eq', '$x-cos-storage-class', 'ARCHIVE']]],
    ['another bucket', { key: 'a' }, [{ bucket: 'other-1250000000' }]],
  ])('%s', async (_, fields, conditions) => {
    expect(refusal(await post({ ...fields, ...signed(conditions) }))).toBe('403 AccessDenied');
  });

  it('a size outside the range', async () => {
    const range = (least: number, most: number) => signed([['content-length-range', least, most]]);
    expect(refusal(await post({ key: 'size', ...range(6, 9) }))).toBe('400 EntityTooSmall');
    expect(refusal(await post({ key: 'size', ...range(1, 4) }))).toBe('400 EntityTooLarge');
    expect((await post({ key: 'size', ...range(5, 5) })).status).toBe(204);
  });

  it('a policy that has expired, was signed with another key, or was changed', async () => {
    expect(refusal(await post({ key: 'p', ...signed([], { expires: -1000 }) }))).toBe('403 AccessDenied');
    expect(refusal(await post({ key: 'p', ...signed([], { secretKey: 'other' }) }))).toBe('403 SignatureDoesNotMatch');
    const changed = { ...signed([]), policy: Buffer.from('{}').toString('base64') };
    expect(refusal(await post({ key: 'p', ...changed }))).toBe('403 SignatureDoesNotMatch');
    expect(refusal(await post({ key: 'p', ...signed([]), 'q-ak': 'AKIDunknown' }))).toBe('403 InvalidAccessKeyId');
    const { policy: _, ...without } = signed([]);
    expect(refusal(await post({ key: 'p', ...without }))).toBe('400 InvalidArgument');
  });

  it('a missing signature, in a private bucket', async () => {
    expect(refusal(await post({ key: 'anonymous' }))).toBe('403 AccessDenied');
    expect((await bucket.call('HEAD', 'anonymous')).status).toBe(404);
  });

  it('a file with another digest', async () => {
    const digest = (text: string) => createHash('md5').update(text).digest('base64');
    expect(refusal(await post({ key: 'md5', 'Content-MD5': digest('other'), ...signed([]) }))).toBe('400 BadDigest');
    expect((await post({ key: 'md5', 'Content-MD5': digest('bytes'), ...signed([]) })).status).toBe(204);
  });
});

describe('a body is no form when it', () => {
  it.each([
    ['has another type', 'application/octet-stream', 'x'],
    ['has no boundary', 'multipart/form-data', 'x'],
    ['is empty', `multipart/form-data; boundary=${BOUNDARY}`, ''],
    ['has no file', `multipart/form-data; boundary=${BOUNDARY}`, bodyOf({ key: 'a' }, undefined)],
    [
      'has endless fields',
      `multipart/form-data; boundary=${BOUNDARY}`,
      bodyOf({ key: 'a', more: 'x'.repeat(300_000) }, 'x'),
    ],
    [
      'has a part without a name',
      `multipart/form-data; boundary=${BOUNDARY}`,
      `--${BOUNDARY}\r\nContent-Disposition: form-data\r\n\r\nx\r\n--${BOUNDARY}--\r\n`,
    ],
  ])('%s', async (_, type, body) => {
    expect(refusal(await send(Buffer.from(body), type))).toBe('400 MalformedPOSTRequest');
  });

  it('is cut off within its file', async () => {
    const whole = bodyOf({ key: 'cut', ...signed([]) }, 'bytes');
    expect(refusal(await send(whole.subarray(0, -BOUNDARY.length)))).toBe('400 IncompleteBody');
    expect((await bucket.call('HEAD', 'cut')).status).toBe(404);
  });

  it('has no key', async () => {
    expect(refusal(await post(signed([])))).toBe('400 InvalidArgument');
  });
});
