import type { CosCall } from './call.ts';
import { failures } from './failures.ts';
import type { Methods, Operation, Table } from './operation.ts';

const READ_WRITE_DELETE = ['GET', 'PUT', 'DELETE'];
const READ_WRITE = ['GET', 'PUT'];
const VERBS: Readonly<Record<string, string>> = { GET: 'Get', PUT: 'Put', DELETE: 'Delete', POST: 'Post' };

/**
 * Sub-resources that COS has and the local cloud lacks. Each is refused by name, with a status that no SDK retries,
 * after every refusal that COS would give first: signature, rights, a missing bucket or object.
 *
 * A sub-resource that gets built moves from these tables to `bucket-operations.ts` or `object-operations.ts`.
 */
export const lackingOfBuckets: Table = {
  website: lacking('?website', 'BucketWebsite', READ_WRITE_DELETE, 'NoSuchWebsiteConfiguration'),
  inventory: lacking(
    '?inventory',
    'BucketInventory',
    [...READ_WRITE_DELETE, 'POST'],
    'InventoryConfigurationNotFoundError',
  ),
  origin: lacking('?origin', 'BucketOrigin', READ_WRITE_DELETE, 'OriginConfigurationNotFoundError'),
  logging: lacking('?logging', 'BucketLogging', READ_WRITE),
  notification: lacking('?notification', 'BucketNotification', READ_WRITE),
  referer: lacking('?referer', 'BucketReferer', READ_WRITE),
  domain: lacking('?domain', 'BucketDomain', READ_WRITE_DELETE),
  domaincertificate: lacking('?domaincertificate', 'BucketDomainCertificate', READ_WRITE_DELETE),
  accelerate: lacking('?accelerate', 'BucketAccelerate', READ_WRITE),
  intelligenttiering: lacking('?intelligenttiering', 'BucketIntelligentTiering', READ_WRITE),
  'intelligent-tiering': lacking('?intelligent-tiering', 'BucketIntelligentTiering', READ_WRITE),
  'strict-signature': lacking('?strict-signature', 'BucketStrictSignature', READ_WRITE),
  live: lacking('?live', 'LiveChannel', READ_WRITE_DELETE),
};

export const lackingOfObjects: Table = {
  select: lacking('?select', 'ObjectContent', ['POST']),
  'legal-hold': lacking('?legal-hold', 'ObjectLegalHold', READ_WRITE),
  live: lacking('?live', 'LiveChannel', [...READ_WRITE_DELETE, 'POST']),
  vod: lacking('?vod', 'LiveChannelVodPlaylist', ['GET', 'POST']),
  // Data processing of pictures and documents.
  'ci-process': lacking('?ci-process', 'Object', ['GET', 'POST']),
};

/** `absentCode`: COS's code for a missing configuration, which is the true answer for a bucket here. */
function lacking(name: string, noun: string, methods: readonly string[], absentCode?: string): Methods {
  const run = async ({ core, bucket, region, method }: CosCall): Promise<never> => {
    core.headBucket(bucket, region);
    if (absentCode !== undefined && method === 'GET') throw failures.notConfigured(absentCode);
    throw failures.notProvided(name);
  };
  const operations = methods.map((method): [string, Operation] => [
    method,
    { permission: `${VERBS[method] ?? ''}${noun}`, acl: undefined, run },
  ]);
  return Object.fromEntries(operations);
}

/**
 * An unknown parameter without a value. The plain operation instead would store, list or delete the wrong object; the
 * rights are those of that operation.
 */
export function unknownSubresource(name: string, plain: Operation): Operation {
  return {
    permission: plain.permission,
    acl: plain.acl,
    action: 'UnknownSubresource',
    run: async ({ core, bucket, region }) => {
      core.headBucket(bucket, region);
      throw failures.invalidArgument(`?${name} is not a sub-resource.`);
    },
  };
}
