import { mayManage } from '../../../shared/access/index.ts';
import type { ApiKey } from '../../../shared/access/index.ts';
import { isBucketName } from '../../../shared/cos/index.ts';
import type { Place } from '../../../shared/cos/index.ts';
import { checkSource } from '../../../shared/rules/index.ts';
import type { Listed } from '../../../shared/rules/index.ts';
import type { HttpRequest } from '../../../shared/scf/index.ts';
import { accessDenied, refuse } from '../response/errors.ts';

/**
 * Domains whose first label is the platform's own name, although it may look like a bucket's (`service-x-1250000000`).
 */
const PLATFORM = /\.(?:tencentscf\.com|apigateway\.myqc?loud\.com|apigw\.tencentcs\.com)$/;

/** One way to read the path of a request. */
interface Spelling {
  /** A spelling that the client may have signed. */
  readonly path: string;
  readonly bucket: string | undefined;
  /** Whether a signature of this path and of the host covers the bucket's name. */
  readonly bound: boolean;
  /** '' for a call on the bucket itself. */
  readonly key: string;
}

/** The subject of a request, as far as its address shows. */
export interface Target {
  /** The bucket named by host or path; undefined when neither names one. */
  readonly bucket: string | undefined;
  /** '' for a call on the bucket itself. Only a guess until the signature shows which spelling was meant. */
  readonly key: string;
  /** Whether the signature covers the bucket's name. For a name in the path, only the signature shows it. */
  readonly bound: boolean;
  /** The likeliest first; no path twice. */
  readonly spellings: readonly Spelling[];
}

/** Reads the bucket from the first label of the host, else from the first segment of the path. */
export function readTarget({ host, paths }: HttpRequest): Target {
  const named = bucketOfHost(host);
  if (named !== undefined) {
    const spellings = paths.map((path) => ({ path, bucket: named, bound: true, key: path.slice(1) }));
    return { bucket: named, key: spellings[0]?.key ?? '', bound: true, spellings };
  }
  const split = paths.map(splitPath);
  const found = split.find(({ bucket }) => bucket !== undefined) ?? split.find(({ key }) => key === '') ?? split[0];
  // SDKs that were given an address with a path leave that path out of the signature.
  const short = split.map(({ bucket, key }) => ({ path: `/${key}`, bucket, bound: bucket === undefined, key }));
  const spellings = new Map([...split, ...short].toReversed().map((spelling) => [spelling.path, spelling]));
  return {
    bucket: found?.bucket,
    key: found?.key ?? '',
    bound: false,
    spellings: [...spellings.values()].toReversed(),
  };
}

/** The target that the sender meant: the spelling whose signature matches. */
export function settleTarget(target: Target, path: string): Target {
  const spelling = target.spellings.find((candidate) => candidate.path === path);
  if (spelling === undefined) return target;
  const { bucket = target.bucket, bound, key } = spelling;
  return { ...target, bucket, bound: bound && bucket === spelling.bucket, key };
}

/**
 * The source bucket that a verified request manages: the one that it names, or the only one of its key, or the only one
 * of the deployment. With `strict`, an unsigned name is accepted only if the key allows no other bucket, because one
 * signature must not be valid for two buckets.
 *
 * Throws `ServiceError`: `AccessDenied` for a bucket of another key or an unsigned name, `UserNotSourceBucketOwner` for
 * one that is not listed, `InvalidBucketName` when the request does not determine the bucket.
 */
export function resolveSource({ bucket, bound }: Target, key: ApiKey, listed: Listed, strict: boolean): Place {
  const only = key.buckets.length === 1 ? key.buckets[0] : undefined;
  const single = listed.sources.length === 1 ? listed.sources[0]?.bucket : undefined;
  const name = bucket ?? only ?? single;
  if (name === undefined) {
    throw refuse(
      400,
      'InvalidBucketName',
      'The request names no source bucket. Put it in front of the host or the path, or use a key for one bucket.',
    );
  }
  if (!mayManage(key, name)) throw accessDenied(`This API key may not manage ${name}.`);
  if (
    strict &&
    bucket !== undefined &&
    !bound &&
    listed.sources.filter((one) => mayManage(key, one.bucket)).length > 1
  ) {
    throw accessDenied(
      `The name of the bucket in the address is not signed, and this key is for several. Use a key for this bucket alone (npx serverless replication key add --buckets ${name}), or sign it as part of the path or the host.`,
    );
  }
  return checkSource(name, listed);
}

/** The first source that the key may manage. Throws `ServiceError` `AccessDenied` when there is none. */
export function firstSource(key: ApiKey, { sources }: Listed): Place {
  const found = sources.find(({ bucket }) => mayManage(key, bucket));
  if (found === undefined) throw accessDenied('This API key may manage no source bucket of this deployment.');
  return found;
}

/** The bucket named by the host of a request; undefined for a host of the platform or one for all buckets. */
export function bucketOfHost(host: string): string | undefined {
  const name = host.toLowerCase().replace(/:\d*$/, '');
  const label = name.split('.', 1)[0] ?? '';
  return isBucketName(label) && label !== name && !PLATFORM.test(name) ? label : undefined;
}

function splitPath(path: string): Spelling {
  const [, first = '', rest = '/'] = /^\/([^/]*)(\/.*)?$/s.exec(path) ?? [];
  return isBucketName(first)
    ? { path, bucket: first, bound: true, key: rest.slice(1) }
    : { path, bucket: undefined, bound: true, key: path.slice(1) };
}
