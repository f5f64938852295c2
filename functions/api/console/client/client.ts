import type { DryRun } from '../../dry-run-schemas.ts';
import type { BucketStatus } from '../../scan-schemas.ts';
import type { Verified } from '../../verify-schemas.ts';
import type { Deployment, Failures, ObjectStatus, Preflighted, Reattempted } from '../../schemas.ts';
import { ApiError } from './error.ts';
import { createSender } from './send.ts';
import type { Address, Request, Sender } from './send.ts';
import { readXml } from './read-xml.ts';
import type { RulesClient } from './rules-client.ts';

/** The calls that the page makes, for one source bucket. Each throws `ApiError`. */
export interface Client extends RulesClient {
  deployment(): Promise<Deployment>;
  failures(page: { state?: 'FAILED' | 'PENDING'; marker?: string }): Promise<Failures>;
  /** Waiting work: all of it, page by page, or that of some keys. */
  reattempt(what: { keys?: readonly string[]; marker?: string }): Promise<Reattempted>;
  bucketStatus(): Promise<BucketStatus>;
  /** Starts, pauses or resumes the scans of one destination (`bucket-appid@region`), or of that of a rule. */
  steerScan(deed: 'scan' | 'pause' | 'resume', of: { destination: string } | { rule: string }): Promise<void>;
  /** One part of the forecast of rules; `marker` comes from the previous part. */
  dryRun(xml: string, marker: string | undefined): Promise<DryRun>;
  objectStatus(key: string, versionId: string | undefined): Promise<ObjectStatus>;
  preflight(): Promise<Preflighted>;
  /** Compares both sides. The answer may come before the comparison has ended. */
  verify(of: { readonly prefix?: string; readonly deep: boolean }): Promise<Verified>;
  /** Findings of a comparison; without an ID, of the newest one. */
  verification(id?: string, marker?: string): Promise<Verified>;
  readonly clockOffset: Sender['clockOffset'];
  /** Client with the same key pair for another source bucket. */
  withBucket(bucket: string | undefined): Client;
}

export function createClient(address: Address, pair: { secretId: string; secretKey: string }): Client {
  return clientOf(createSender(address, pair), undefined);
}

function clientOf(sender: Sender, bucket: string | undefined): Client {
  const send = (request: Omit<Request, 'bucket'>) => sender.send({ ...request, bucket });
  const json = async <T>(request: Omit<Request, 'bucket'>): Promise<T> => {
    const { status, body } = await send(request);
    try {
      return JSON.parse(body) as T;
    } catch {
      throw new ApiError('UnexpectedAnswer', status, 'The answer is not JSON.');
    }
  };
  return {
    deployment: () => json({ method: 'GET', query: [['replicationDeployment', '']] }),
    rules: async () => {
      try {
        const { body, headers } = await send({ method: 'GET', query: [['replication', '']] });
        const storedAt = headers.get('x-cos-replication-rule-creation-time') ?? undefined;
        return { root: readXml(body), storedAt, etag: headers.get('ETag') ?? undefined };
      } catch (error) {
        if (error instanceof ApiError && error.code === 'ReplicationConfigurationnotFoundError') return undefined;
        throw error;
      }
    },
    putRules: async (xml, etag) => {
      await send({ method: 'PUT', query: [['replication', '']], body: xml, headers: { ...XML, ...unchanged(etag) } });
    },
    deleteRules: async (etag) => {
      await send({ method: 'DELETE', query: [['replication', '']], headers: unchanged(etag) });
    },
    failures: ({ state, marker }) =>
      json({
        method: 'GET',
        query: [['replicationFailures', ''], ...given('state', state), ...given('marker', marker)],
      }),
    reattempt: ({ keys, marker }) =>
      json({
        method: 'POST',
        query: [['replicationReattempt', ''], ...given('marker', marker)],
        ...(keys === undefined ? {} : { body: JSON.stringify({ keys }) }),
      }),
    dryRun: (body, marker) => {
      const query: [string, string][] = [['replicationDryRun', ''], ...given('marker', marker)];
      return json({ method: 'POST', query, body, headers: XML });
    },
    bucketStatus: () => json({ method: 'GET', query: [['replicationStatus', '']] }),
    steerScan: async (deed, of) => {
      await send({ method: 'POST', query: [[STEER[deed], '']], body: JSON.stringify(of) });
    },
    objectStatus: (key, versionId) =>
      json({
        method: 'GET',
        key,
        query: [['replicationStatus', ''], ['versions', VERSIONS], ...given('versionId', versionId)],
      }),
    verify: (of) => json({ method: 'POST', query: [['replicationVerify', '']], body: JSON.stringify(of) }),
    verification: (id, marker) =>
      json({ method: 'GET', query: [['replicationVerify', ''], ...given('id', id), ...given('marker', marker)] }),
    preflight: () => json({ method: 'POST', query: [['replicationPreflight', '']] }),
    clockOffset: sender.clockOffset,
    withBucket: (other) => clientOf(sender, other),
  };
}

const STEER = { scan: 'replicationScan', pause: 'replicationPause', resume: 'replicationResume' } as const;

/** Versions of each side in the status of an object. */
const VERSIONS = '20';
const XML = { 'Content-Type': 'application/xml' };

const unchanged = (etag: string | undefined): Record<string, string> =>
  etag === undefined ? { 'If-None-Match': '*' } : { 'If-Match': etag };

const given = (name: string, value: string | undefined): [string, string][] =>
  value === undefined || value === '' ? [] : [[name, value]];
