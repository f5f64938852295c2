import COS from 'cos-nodejs-sdk-v5';

/** The address of a local cloud, and a key pair that it knows. */
export interface Access {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly secretId: string;
  readonly secretKey: string;
}

/** As many uploads at a time as the SDK allows; it queues the others by itself. */
const PARALLEL = 16;

function clientOf(access: Access, options: COS.COSOptions): COS {
  return new COS({
    SecretId: access.secretId,
    SecretKey: access.secretKey,
    Protocol: 'http:',
    Proxy: access.endpoint,
    FileParallelLimit: PARALLEL,
    ChunkParallelLimit: 3,
    // Keys stay unchanged; by default the SDK removes a leading slash.
    UseRawKey: true,
    // The SDK's default is no limit, but a request that hangs must end as an error.
    Timeout: 120_000,
    ...options,
  });
}

/**
 * The SDK as a user of COS has it, sent through the local cloud as its proxy: hosts and signatures are the real ones.
 */
export function cosClient(access: Access): COS {
  return clientOf(access, {});
}

/** The same SDK pointed at the API function, with one host per bucket as a custom domain gives it. */
export function replicationClient(access: Access, apiDomain: (region: string) => string): COS {
  return clientOf(access, { Domain: `{Bucket}.${apiDomain('{Region}')}` });
}

/** An error that names the attempted call, because the SDK often throws a plain object. */
export async function calling<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    const { code, statusCode, message } = cause as Partial<COS.CosSdkError>;
    const details = [code, statusCode, message].filter((part) => part !== undefined && part !== '');
    throw new Error(`${what}: ${details.join(' ')}`, { cause });
  }
}
