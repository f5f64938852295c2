import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { randomBytes } from 'node:crypto';
import { hostOf, nodeHash } from '../../shared/cos/index.ts';
import { encode, presign, sign } from '../../shared/signing/index.ts';
import type { Credentials, TimeRange } from '../../shared/signing/index.ts';
import { children, textOf } from '../../shared/xml/index.ts';
import { USUAL_SWITCHES, type Switches } from '../cloud/cos/index.ts';
import { startCloud } from '../cloud/index.ts';
import type { CloudOptions, LocalCloud } from '../cloud/index.ts';
import { at, errorOf, xmlOf, type Answer } from './answer.ts';

/**
 * The COS that the contract suites send raw signed requests to. With REAL_COS_SECRET_ID, REAL_COS_SECRET_KEY,
 * REAL_COS_APPID, REAL_COS_REGION and REAL_COS_OTHER_REGION in the environment it is Tencent's own, else a local cloud
 * that is started for the suite. The tests cannot tell.
 */
export interface CosDriver {
  readonly appid: string;
  readonly region: string;
  /** Another region, for copies across regions. */
  readonly otherRegion: string;
  readonly credentials: Credentials;
  /** Another account. Undefined against the real COS unless REAL_COS_OTHER_SECRET_ID, …_SECRET_KEY and …_UIN name it. */
  readonly stranger: Stranger | undefined;
  /** Undefined against the real COS. */
  readonly cloud: LocalCloud | undefined;
  /** The expected values of the switches; against the real COS those that a local cloud has by default. */
  readonly switches: Switches;
  /** A new bucket name. `close` empties and removes the bucket, once it is created. */
  newName(label: string, length?: number): string;
  send(call: Call): Promise<Answer>;
  close(): Promise<void>;
}

export interface Stranger {
  readonly uin: string;
  readonly credentials: Credentials;
}

export interface Call {
  readonly method: string;
  readonly host: string;
  /** As on the wire, with its leading `/`. */
  readonly path?: string;
  /** Undefined values are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  /** How the request is signed; by default in a header, with the driver's pair. */
  readonly signature?: 'header' | 'query' | 'none';
  readonly credentials?: Credentials;
  readonly time?: TimeRange;
  /** Sends the body without a length. */
  readonly chunked?: boolean;
}

/** `local`: a local cloud whatever the environment says. `switches`: how it behaves. */
export interface DriverOptions {
  readonly local?: boolean;
  readonly switches?: NonNullable<CloudOptions['switches']>;
}

/** The variable with switches of the local cloud, in JSON. `test:live` sets it to run the suites with other values. */
export const SWITCHES = 'LOCAL_CLOUD_SWITCHES';

const switchesOf = (text: string | undefined): NonNullable<DriverOptions['switches']> =>
  text === undefined ? {} : (JSON.parse(text) as NonNullable<DriverOptions['switches']>);

export async function openDriver({ local = false, switches = {} }: DriverOptions = {}): Promise<CosDriver> {
  const { REAL_COS_SECRET_ID: secretId, REAL_COS_SECRET_KEY: secretKey } = process.env;
  const { REAL_COS_APPID: appid, REAL_COS_REGION: region, REAL_COS_OTHER_REGION: otherRegion } = process.env;
  if (!local && secretId !== undefined && secretKey !== undefined && appid !== undefined) {
    const regions = { region: region ?? 'ap-guangzhou', otherRegion: otherRegion ?? 'ap-shanghai' };
    const credentials = { secretId, secretKey };
    return createDriver({
      appid,
      ...regions,
      credentials,
      stranger: realStranger(),
      cloud: undefined,
      switches: USUAL_SWITCHES,
    });
  }
  const cloud = await startCloud({
    switches: { ...switchesOf(process.env[SWITCHES]), ...switches },
    otherAccounts: [{ appid: '1250000009', uin: '100000000009' }],
  });
  const [other] = cloud.otherAccounts;
  return createDriver({
    appid: cloud.appid,
    region: 'ap-guangzhou',
    otherRegion: 'ap-shanghai',
    credentials: { secretId: cloud.secretId, secretKey: cloud.secretKey },
    stranger: other && { uin: other.uin, credentials: { secretId: other.secretId, secretKey: other.secretKey } },
    cloud,
    switches: cloud.core.switches,
  });
}

function realStranger(): Stranger | undefined {
  const { REAL_COS_OTHER_SECRET_ID: secretId, REAL_COS_OTHER_SECRET_KEY: secretKey } = process.env;
  const { REAL_COS_OTHER_UIN: uin } = process.env;
  return secretId && secretKey && uin ? { uin, credentials: { secretId, secretKey } } : undefined;
}

/** The prefix of all bucket names of the tests, so that nobody takes the buckets for others. */
export const NAMESPACE = 'crrlive-';

function createDriver(base: Omit<CosDriver, 'newName' | 'send' | 'close'>): CosDriver {
  const names: string[] = [];
  const driver: CosDriver = {
    ...base,
    newName: (label, length = 0) => {
      const end = `-${randomBytes(3).toString('hex')}-${base.appid}`;
      const name = `${NAMESPACE}${label.slice(0, 4)}`.padEnd(length - end.length, 'x') + end;
      names.push(name);
      return name;
    },
    send: (call) => send(base, call),
    close: async () => {
      if (base.cloud) await base.cloud.close();
      else for (const name of names) await removeBucket(driver, name);
    },
  };
  return driver;
}

async function send(
  { credentials: own, cloud }: Pick<CosDriver, 'credentials' | 'cloud'>,
  call: Call,
): Promise<Answer> {
  const { method, host, path = '/', body, signature = 'header', credentials = own } = call;
  const query = Object.entries(call.query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const headers: Record<string, string> = { host, ...call.headers };
  const hasBody = method === 'PUT' || method === 'POST' || body !== undefined;
  if (hasBody && !call.chunked) headers['content-length'] ??= String(Buffer.byteLength(body ?? ''));
  const seconds = Math.floor(Date.now() / 1000);
  const time = call.time ?? { start: seconds - 60, end: seconds + 600 };
  const options = { credentials, time, hash: nodeHash };
  // An unsigned path need not be decodable.
  const signable = () => ({ method, path: decodeURIComponent(path), query, headers: Object.entries(headers) });
  const signed = signature === 'query' ? presign(signable(), options) : [];
  if (signature === 'header') headers['authorization'] = sign(signable(), options);
  const search = [...query, ...signed].map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  const target = search === '' ? path : `${path}?${search}`;

  return new Promise((resolve, reject) => {
    const where = cloud ? { host: '127.0.0.1', port: cloud.port } : { host };
    const start = cloud ? httpRequest : httpsRequest;
    // The flat form is written as it stands; Node would recode some values of an object.
    const flat = Object.entries(headers).flat();
    const request = start({ ...where, method, path: target, headers: flat }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [name, [value ?? ''].flat().join(',')]),
          ),
          names: response.rawHeaders.filter((_, i) => i % 2 === 0),
          body: Buffer.concat(chunks),
        }),
      );
    });
    request.on('error', reject);
    // As bytes: Node writes headers before a text in the encoding of that text.
    request.end(Buffer.from(body ?? ''));
  });
}

/** One bucket of a driver, with the calls that most tests make. */
export interface TestBucket {
  readonly name: string;
  readonly region: string;
  readonly host: string;
  call(method: string, key?: string, rest?: Omit<Call, 'method' | 'host' | 'path'>): Promise<Answer>;
  /** Throws unless 2xx. */
  must(method: string, key?: string, rest?: Omit<Call, 'method' | 'host' | 'path'>): Promise<Answer>;
  /** Returns the version ID, '' where the answer has none. */
  put(key: string, body: string | Uint8Array, headers?: Readonly<Record<string, string>>): Promise<string>;
  setVersioning(status: 'Enabled' | 'Suspended'): Promise<void>;
}

const ZONES = '<CreateBucketConfiguration><BucketAZConfig>MAZ</BucketAZConfig></CreateBucketConfiguration>';

export async function makeBucket(
  driver: CosDriver,
  label: string,
  options: { versioning?: 'Enabled' | 'Suspended'; region?: string; multiAz?: boolean; nameLength?: number } = {},
): Promise<TestBucket> {
  const name = driver.newName(label, options.nameLength);
  const bucket = bucketAt(driver, name, options.region ?? driver.region);
  const body = options.multiAz ? ZONES : undefined;
  await bucket.must('PUT', '', { body });
  if (options.versioning) await bucket.setVersioning(options.versioning);
  return bucket;
}

export function bucketAt(driver: Pick<CosDriver, 'send'>, name: string, region: string): TestBucket {
  const host = hostOf({ bucket: name, region });
  const call: TestBucket['call'] = (method, key = '', rest = {}) =>
    driver.send({ method, host, path: `/${key.split('/').map(encode).join('/')}`, ...rest });
  const must: TestBucket['must'] = async (method, key, rest) => {
    const answer = await call(method, key, rest);
    if (answer.status >= 300) throw new Error(`${method} ${key ?? ''}: ${answer.status} ${answer.body.toString()}`);
    return answer;
  };
  return {
    name,
    region,
    host,
    call,
    must,
    put: async (key, body, headers = {}) =>
      (await must('PUT', key, { body, headers })).headers['x-cos-version-id'] ?? '',
    setVersioning: async (status) => {
      const body = `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`;
      await must('PUT', '', { query: { versioning: '' }, body });
    },
  };
}

/**
 * Removes a bucket with everything in it, page by page. A locked version stays, and so does its bucket, which is
 * reported.
 */
export async function removeBucket(
  driver: Pick<CosDriver, 'region' | 'otherRegion' | 'send'>,
  name: string,
): Promise<void> {
  for (const region of [driver.region, driver.otherRegion]) {
    const bucket = bucketAt(driver, name, region);
    if ((await bucket.call('HEAD')).status !== 200) continue;
    await bucket.call('DELETE', '', { query: { policy: '' } });
    await removeUploads(bucket);
    const kept = await removeVersions(bucket);
    const answer = await bucket.call('DELETE');
    if (answer.status >= 300) console.error(`${name} is left behind, because ${kept} versions could not be deleted.`);
  }
}

async function removeUploads(bucket: TestBucket): Promise<void> {
  for (let more = true; more;) {
    const page = xmlOf(await bucket.must('GET', '', { query: { uploads: '', 'encoding-type': 'url' } }));
    const uploads = children(page, 'Upload');
    for (const upload of uploads) {
      const key = decodeURIComponent(textOf(upload, 'Key') ?? '');
      await bucket.must('DELETE', key, { query: { uploadId: textOf(upload, 'UploadId') } });
    }
    more = uploads.length > 0 && textOf(page, 'IsTruncated') === 'true';
  }
}

/** Returns how many are left. */
async function removeVersions(bucket: TestBucket): Promise<number> {
  let kept = 0;
  let next: Readonly<Record<string, string | undefined>> = {};
  for (;;) {
    const query = { versions: '', 'encoding-type': 'url', ...next };
    const page = xmlOf(await bucket.must('GET', '', { query }));
    for (const entry of page.children.filter(({ name }) => name === 'Version' || name === 'DeleteMarker')) {
      const key = decodeURIComponent(textOf(entry, 'Key') ?? '');
      const { status } = await bucket.call('DELETE', key, {
        query: { versionId: textOf(entry, 'VersionId') || undefined },
      });
      if (status >= 300) kept += 1;
    }
    if (textOf(page, 'IsTruncated') !== 'true') return kept;
    next = {
      'key-marker': decodeURIComponent(textOf(page, 'NextKeyMarker') ?? ''),
      'version-id-marker': textOf(page, 'NextVersionIdMarker'),
    };
  }
}

export { at, children, errorOf, textOf, xmlOf, type Answer };
