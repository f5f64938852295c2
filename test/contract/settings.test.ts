import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, bucketAt, children, errorOf, makeBucket, openDriver, textOf, xmlOf } from './driver.ts';
import type { Answer, CosDriver, TestBucket } from './driver.ts';

let driver: CosDriver;
let bucket: TestBucket;
beforeAll(async () => {
  driver = await openDriver();
  bucket = await makeBucket(driver, 'settings', { versioning: 'Enabled' });
});
afterAll(() => driver.close());

const on = (name: string) => ({
  put: (body: string) => bucket.call('PUT', '', { query: { [name]: '' }, body }),
  get: () => bucket.call('GET', '', { query: { [name]: '' } }),
  remove: () => bucket.call('DELETE', '', { query: { [name]: '' } }),
});
const refusal = (answer: Answer) => {
  const { status, code } = errorOf(answer);
  return `${status} ${code}`;
};

const RULE = '<Filter><Prefix>logs/</Prefix></Filter><Status>Enabled</Status>';
const lifecycle = (...rules: readonly string[]) =>
  `<LifecycleConfiguration>${rules.map((rule) => `<Rule>${rule}</Rule>`).join('')}</LifecycleConfiguration>`;
const encryption = (inner: string) =>
  '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>' +
  `${inner}</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`;
const tagging = (count: number) =>
  `<Tagging><TagSet>${Array.from({ length: count }, (_, i) => `<Tag><Key>k${i}</Key><Value>v</Value></Tag>`).join('')}</TagSet></Tagging>`;
const cors = (inner: string) => `<CORSConfiguration><CORSRule>${inner}</CORSRule></CORSConfiguration>`;
const ORIGIN = '<AllowedOrigin>https://example.com</AllowedOrigin><AllowedMethod>GET</AllowedMethod>';

describe.each([
  [
    'lifecycle',
    lifecycle(`<ID>a</ID>${RULE}<Expiration><Days>9</Days></Expiration>`),
    200,
    'NoSuchLifecycleConfiguration',
  ],
  ['encryption', encryption('<SSEAlgorithm>AES256</SSEAlgorithm>'), 200, 'NoSuchEncryptionConfiguration'],
  ['tagging', tagging(2), 204, 'NoSuchTagSet'],
  ['cors', cors(ORIGIN), 200, 'NoSuchCORSConfiguration'],
])('?%s', (name, document, status, none) => {
  it('is stored, read, replaced and removed', async () => {
    const { put, get, remove } = on(name);
    expect(refusal(await get())).toBe(`404 ${none}`);
    expect((await put(document)).status).toBe(status);
    const read = await get();
    expect([read.status, xmlOf(read).name]).toEqual([200, xmlOf({ ...read, body: Buffer.from(document) }).name]);
    expect((await put(read.body.toString())).status).toBe(status);
    expect((await get()).body.toString()).toBe(read.body.toString());
    expect((await remove()).status).toBe(204);
    expect(refusal(await get())).toBe(`404 ${none}`);
  });

  it('refuses an empty body, another document, and a missing bucket', async () => {
    const { put } = on(name);
    expect(refusal(await put(''))).toBe('400 MissingRequestBodyError');
    expect(refusal(await put('<Other/>'))).toBe('400 MalformedXML');
    expect(refusal(await put('<'))).toBe('400 MalformedXML');
    const absent = bucketAt(driver, driver.newName('absent'), driver.region);
    expect(refusal(await absent.call('PUT', '', { query: { [name]: '' }, body: document }))).toBe('404 NoSuchBucket');
    expect(refusal(await absent.call('GET', '', { query: { [name]: '' } }))).toBe('404 NoSuchBucket');
    expect(refusal(await bucket.call('POST', '', { query: { [name]: '' } }))).toBe('405 MethodNotAllowed');
  });

  it('is not listed as a key', async () => {
    await on(name).put(document);
    expect(children(xmlOf(await bucket.must('GET')), 'Contents')).toEqual([]);
    await on(name).remove();
  });
});

describe('a lifecycle', () => {
  it('keeps every element', async () => {
    const rules = [
      '<ID>one</ID><Filter><And><Prefix>a/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter>' +
        '<Status>Enabled</Status><Transition><Days>30</Days><StorageClass>ARCHIVE</StorageClass></Transition>' +
        '<NoncurrentVersionExpiration><NoncurrentDays>5</NoncurrentDays></NoncurrentVersionExpiration>',
      '<ID>two</ID><Filter></Filter><Status>Disabled</Status>' +
        '<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>' +
        '<NoncurrentVersionTransition><NoncurrentDays>0</NoncurrentDays><StorageClass>STANDARD_IA</StorageClass>' +
        '</NoncurrentVersionTransition>' +
        '<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>',
    ];
    const { put, get } = on('lifecycle');
    expect((await put(lifecycle(...rules))).status).toBe(200);
    const written = xmlOf({ ...(await get()), body: Buffer.from(lifecycle(...rules)) });
    expect(bare(xmlOf(await get()))).toEqual(bare(written));
  });

  it('that moves to STANDARD is kept', async () => {
    const { put, get } = on('lifecycle');
    const move = '<Transition><Days>10</Days><StorageClass>Standard</StorageClass></Transition>';
    expect((await put(lifecycle(RULE + move))).status).toBe(200);
    expect(at(xmlOf(await get()), 'Rule', 'Transition', 'StorageClass')).toBe('STANDARD');
  });

  it('gets an ID where a rule has none', async () => {
    const { put, get } = on('lifecycle');
    await put(lifecycle(`${RULE}<Expiration><Days>1</Days></Expiration>`));
    expect(at(xmlOf(await get()), 'Rule', 'ID')).not.toBe('');
  });

  const EXPIRES = '<Expiration><Days>1</Days></Expiration>';
  it.each([
    ['without a status', `<Filter/>${EXPIRES}`, 'MalformedXML'],
    ['without an action', RULE, 'MalformedXML'],
    ['with an unknown action', `${RULE}<Explosion><Days>1</Days></Explosion>`, 'MalformedXML'],
    ['with days that are not a number', `${RULE}<Expiration><Days>soon</Days></Expiration>`, 'MalformedXML'],
    ['with 0 days', `${RULE}<Expiration><Days>0</Days></Expiration>`, 'InvalidArgument'],
    ['with too many days', `${RULE}<Expiration><Days>3651</Days></Expiration>`, 'InvalidArgument'],
    ['with an invalid date', `${RULE}<Expiration><Date>2026-13-01</Date></Expiration>`, 'MalformedXML'],
    ['with a long ID', `<ID>${'i'.repeat(256)}</ID>${RULE}${EXPIRES}`, 'InvalidArgument'],
  ])('with a rule %s is refused', async (_, rule, code) => {
    expect(refusal(await on('lifecycle').put(lifecycle(rule)))).toBe(`400 ${code}`);
  });
});

describe('the encryption of a bucket', () => {
  it('applies to every write that asks for none', async () => {
    await bucket.put('before', 'x');
    await on('encryption').put(encryption('<SSEAlgorithm>AES256</SSEAlgorithm>'));
    const header = 'x-cos-server-side-encryption';
    const put = await bucket.must('PUT', 'put', { body: 'x' });
    expect(put.headers[header]).toBe('AES256');
    const source = `${bucket.host}/before`;
    expect((await bucket.must('PUT', 'copy', { headers: { 'x-cos-copy-source': source } })).headers[header]).toBe(
      'AES256',
    );
    const heads = await Promise.all(['before', 'put', 'copy'].map((key) => bucket.must('HEAD', key)));
    expect(heads.map(({ headers }) => headers[header])).toEqual([undefined, 'AES256', 'AES256']);
    await on('encryption').remove();
  });

  it.each([
    ['<SSEAlgorithm>DES</SSEAlgorithm>', 'InvalidArgument'],
    ['', 'MalformedXML'],
    ['<SSEAlgorithm>AES256</SSEAlgorithm><KMSMasterKeyID>k</KMSMasterKeyID>', 'InvalidArgument'],
  ])('refuses %j', async (inner, code) => {
    expect(refusal(await on('encryption').put(encryption(inner)))).toBe(`400 ${code}`);
  });
});

describe('the tags of a bucket', () => {
  it('are at most 50', async () => {
    expect((await on('tagging').put(tagging(50))).status).toBe(204);
    expect(refusal(await on('tagging').put(tagging(51)))).toBe('400 InvalidTag');
    expect(children(children(xmlOf(await on('tagging').get()), 'TagSet')[0] ?? fail(), 'Tag')).toHaveLength(50);
  });

  it('select buckets from the list', async () => {
    const host = `cos.${driver.region}.myqcloud.com`;
    const own = 'mine-in-the-list';
    await on('tagging').put(`<Tagging><TagSet><Tag><Key>label</Key><Value>${own}</Value></Tag></TagSet></Tagging>`);
    const query = { tagkey: 'label', tagvalue: own };
    const list = xmlOf(await driver.send({ method: 'GET', host, query }));
    const names = children(children(list, 'Buckets')[0] ?? list, 'Bucket').map((entry) => textOf(entry, 'Name'));
    expect(names).toEqual([bucket.name]);
  });
});

interface Bare {
  readonly name: string;
  readonly text: string;
  readonly children: readonly Bare[];
}

/** Without white space between elements, and in sorted order, because COS promises no order. */
function bare({ name, text, children: inner }: { name: string; text: string; children: readonly Bare[] }): Bare {
  const sorted = inner.map(bare).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return { name, text: inner.length > 0 ? '' : text, children: sorted };
}

function fail(): never {
  throw new Error('the answer has no TagSet');
}
