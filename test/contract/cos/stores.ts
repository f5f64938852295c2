import { createHash, randomBytes } from 'node:crypto';
import { createCosClient, hostOf, type Cos, type Place } from '../../../shared/cos/index.ts';
import { createStorage } from '../../deployment/index.ts';
import { makeBucket, openDriver, type CosDriver } from '../driver.ts';

/** An implementation of `Cos`, with a new empty bucket whenever a test wants one. */
export interface Store {
  readonly cos: Cos;
  /** Without versioning by default. */
  bucket(versioning?: 'Enabled' | 'Suspended'): Promise<Place>;
  /** A place of the same account and region that has no bucket. */
  missing(): Place;
  /** A user's upload under a key of their own (SSE-C); returns the ID of the version. */
  seal(place: Place, key: string, text: string): Promise<string>;
  close(): Promise<void>;
}

const CUSTOMER_KEY = Buffer.alloc(32, 7);
const KEY_MD5 = createHash('md5').update(CUSTOMER_KEY).digest('base64');
const SEAL = {
  'x-cos-server-side-encryption-customer-algorithm': 'AES256',
  'x-cos-server-side-encryption-customer-key': CUSTOMER_KEY.toString('base64'),
  'x-cos-server-side-encryption-customer-key-md5': KEY_MD5,
};

/** The signed client over HTTP: to the local cloud or, with credentials in the environment, to Tencent's own COS. */
async function overHttp(): Promise<Store> {
  const driver: CosDriver = await openDriver();
  const client = createCosClient({
    credentials: () => driver.credentials,
    ...(driver.cloud === undefined ? {} : { endpoint: driver.cloud.endpoint }),
  });
  return {
    cos: client,
    bucket: async (versioning) => {
      const { name, region } = await makeBucket(driver, 'store', versioning === undefined ? {} : { versioning });
      return { bucket: name, region };
    },
    seal: async ({ bucket, region }, key, text) => {
      const host = hostOf({ bucket, region });
      const { status, headers } = await driver.send({
        method: 'PUT',
        host,
        path: `/${key}`,
        body: text,
        headers: SEAL,
      });
      if (status !== 200) throw new Error(`the upload under a customer's key was answered with ${status}`);
      return String(headers['x-cos-version-id']);
    },
    missing: () => ({ bucket: `nobody-${randomBytes(4).toString('hex')}-${driver.appid}`, region: driver.region }),
    close: async () => {
      client.close();
      await driver.close();
    },
  };
}

/** The storage core without HTTP, as simulated worlds and most tests of the engine use it. */
async function inProcess(): Promise<Store> {
  const storage = createStorage({ now: Date.now });
  const { core, cos } = storage;
  const region = 'ap-guangzhou';
  let buckets = 0;
  return {
    cos,
    bucket: async (versioning) => {
      const place = { bucket: `store-${(buckets += 1)}-1250000000`, region };
      core.createBucket(place.bucket, region);
      if (versioning !== undefined) core.putVersioning(place.bucket, region, versioning);
      return place;
    },
    seal: async (place, key, text) =>
      storage.upload(place, key, text, { encryption: { algorithm: 'SSE-C', customerKeyMd5: KEY_MD5 } }).versionId,
    missing: () => ({ bucket: 'nobody-1250000000', region }),
    close: storage.close,
  };
}

export const STORES: readonly (readonly [name: string, open: () => Promise<Store>])[] = [
  ['the signed client', overHttp],
  ['the storage core in process', inProcess],
];
