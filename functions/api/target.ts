import { mayManage } from '../../shared/access/index.ts';
import type { ApiKey } from '../../shared/access/index.ts';
import { isBucketName } from '../../shared/cos/index.ts';
import type { Place } from '../../shared/cos/index.ts';
import { checkSource } from '../../shared/rules/index.ts';
import type { Listed } from '../../shared/rules/index.ts';
import type { HttpRequest } from '../../shared/scf/index.ts';
import { accessDenied, refuse } from './errors.ts';

/** Domains whose first label is the platform's own name, though it may look like a bucket's (`service-x-1250000000`). */
const PLATFORM = /\.(?:tencentscf\.com|apigateway\.myqc?loud\.com|apigw\.tencentcs\.com)$/;

/** What a request is about, as far as its address tells. */
export interface Target {
  /** The bucket that host or path name; undefined when neither does. */
  readonly bucket: string | undefined;
  /** '' for a call on the bucket itself. */
  readonly key: string;
  /** Path spellings that the client may have signed. */
  readonly paths: readonly string[];
}

/** Reads the bucket from the first label of the host, else from the first segment of the path. */
export function readTarget({ host, paths }: HttpRequest): Target {
  const named = bucketOfHost(host);
  if (named !== undefined) return { bucket: named, key: (paths[0] ?? '/').slice(1), paths };
  const split = paths.map(splitPath);
  const found = split.find(({ bucket }) => bucket !== undefined) ?? split.find(({ rest }) => rest === '/') ?? split[0];
  return {
    bucket: found?.bucket,
    key: (found?.rest ?? '/').slice(1),
    // SDKs that were given an address with a path before it leave that path out of the signature.
    paths: [...new Set([...paths, ...split.map(({ rest }) => rest)])],
  };
}

/**
 * The source bucket that a verified request manages: the one it names, else the only one of its key, else the only one
 * there is. Throws `ServiceError`: `AccessDenied` for a bucket of another key, `UserNotSourceBucketOwner` for one that
 * is not listed, `InvalidBucketName` when it remains open which is meant.
 */
export function resolveSource({ bucket }: Target, key: ApiKey, listed: Listed): Place {
  const only = key.buckets.length === 1 ? key.buckets[0] : undefined;
  const single = listed.sources.length === 1 ? listed.sources[0]?.bucket : undefined;
  const name = bucket ?? only ?? single;
  if (name === undefined) {
    throw refuse(
      400,
      'InvalidBucketName',
      'The request does not say which source bucket is meant. Put it in front of the host or the path, or use a key for one bucket.',
    );
  }
  if (!mayManage(key, name)) throw accessDenied(`This API key may not manage ${name}.`);
  return checkSource(name, listed);
}

function bucketOfHost(host: string): string | undefined {
  const name = host.toLowerCase().replace(/:\d*$/, '');
  const label = name.split('.', 1)[0] ?? '';
  return isBucketName(label) && label !== name && !PLATFORM.test(name) ? label : undefined;
}

function splitPath(path: string): { bucket: string | undefined; rest: string } {
  const [, first = '', rest = '/'] = /^\/([^/]*)(\/.*)?$/s.exec(path) ?? [];
  return isBucketName(first) ? { bucket: first, rest } : { bucket: undefined, rest: path };
}
