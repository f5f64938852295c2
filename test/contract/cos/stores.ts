import { randomBytes } from 'node:crypto';
import { createCosClient, type Cos, type Place } from '../../../shared/cos/index.ts';
import { createStorage } from '../../deployment/index.ts';
import { makeBucket, openDriver, type CosDriver } from '../driver.ts';

/** An implementation of `Cos`, with a new empty bucket whenever a test wants one. */
export interface Store {
  readonly cos: Cos;
  /** Without versioning by default. */
  bucket(versioning?: 'Enabled' | 'Suspended'): Promise<Place>;
  /** A place of the same account and region that has no bucket. */
  missing(): Place;
  close(): Promise<void>;
}

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
    missing: () => ({ bucket: `nobody-${randomBytes(4).toString('hex')}-${driver.appid}`, region: driver.region }),
    close: async () => {
      client.close();
      await driver.close();
    },
  };
}

/** The storage core without HTTP, as simulated worlds and most tests of the engine use it. */
async function inProcess(): Promise<Store> {
  const { core, cos, close } = createStorage({ now: Date.now });
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
    missing: () => ({ bucket: 'nobody-1250000000', region }),
    close,
  };
}

export const STORES: readonly (readonly [name: string, open: () => Promise<Store>])[] = [
  ['the signed client', overHttp],
  ['the storage core in process', inProcess],
];
