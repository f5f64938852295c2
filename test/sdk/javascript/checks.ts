import type COS from 'cos-nodejs-sdk-v5';

import type { ClientConfig } from '../client.ts';

/** The checks that the two Node.js SDKs and the browser's share. */
export type Client = Pick<COS, 'putBucketReplication' | 'getBucketReplication' | 'deleteBucketReplication' | 'request'>;
type Pair = { readonly secretId: string; readonly secretKey: string };
export type Connect = (pair: Pair & { readonly domain: string }) => Client;
type Report = (check: string, outcome: 'ok' | 'failed', detail: string) => void;

/** Elements in the SDK's form. Its declared type lacks most of them, but its code sends all of them. */
interface Tree {
  readonly [name: string]: string | number | Tree | readonly Tree[];
}

const WRITES = 5;

function ruleOf(destination: string, more: Tree = {}): Tree {
  return { ID: 'rule-1', Status: 'Enabled', Prefix: 'logs/', Destination: { Bucket: destination }, ...more };
}

/** All elements that COS documents, and all that this service adds. */
function fullRule(destination: string): Tree {
  return {
    ID: 'every & <element>',
    Status: 'Enabled',
    Priority: 7,
    Filter: { And: { Prefix: 'größe/日志 & <x>/', Tags: [tag('team', 'a'), tag('tier', 'b c')] } },
    Destination: {
      Bucket: destination,
      StorageClass: 'STANDARD_IA',
      EncryptionConfiguration: { ReplicaKmsKeyID: 'kms-12345678' },
    },
    DeleteMarkerReplication: { Status: 'Disabled' },
    SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
    ExistingObjectReplication: { Status: 'Disabled', Versions: 'Current' },
    ReplicaAcl: { Status: 'Disabled' },
    ReplicationTime: { Status: 'Enabled', Time: { Minutes: 15 } },
  };
}

const tag = (Key: string, Value: string): Tree => ({ Key, Value });

/** Runs every check that a client of the JavaScript family can make, and reports each. */
export async function runChecks(config: ClientConfig, connect: Connect, report: Report): Promise<void> {
  for (const [check, run] of Object.entries(checksOf(config, connect))) {
    try {
      report(check, 'ok', (await run()) ?? '');
    } catch (error) {
      report(check, 'failed', error instanceof Error ? error.message : JSON.stringify(error));
    }
  }
}

function checksOf(config: ClientConfig, connect: Connect): Record<string, () => Promise<string | void>> {
  const { source, unversioned, destinations, role, region } = config;
  const client = connect(source);
  const at = { Bucket: source.bucket, Region: region };
  const put = (rules: readonly Tree[], by = client, where = at) =>
    by.putBucketReplication({ ...where, ReplicationConfiguration: { Role: role, Rules: rules as [] } });
  const get = () => client.getBucketReplication(at);
  const rules = async (): Promise<unknown> => (await get()).ReplicationConfiguration.Rules;
  const same = async (expected: readonly Tree[]) => mustEqual(await rules(), expected.map(asRead));
  const rule = ruleOf(destinations.good);

  return {
    none: async () => {
      const { statusCode, ReplicationConfiguration } = await get();
      mustEqual({ statusCode, ReplicationConfiguration }, { statusCode: 404, ReplicationConfiguration: { Rules: [] } });
      return 'an empty list of rules';
    },
    put: async () => mustEqual((await put([rule])).statusCode, 200),
    get: async () => {
      const { statusCode, ReplicationConfiguration } = await get();
      mustEqual({ statusCode, ...ReplicationConfiguration }, { statusCode: 200, Role: role, Rules: [rule] });
    },
    'read-after-write': async () => {
      for (let write = 0; write < WRITES; write++) {
        const next = ruleOf(destinations.good, { Prefix: `write-${write}/` });
        await put([next]);
        await same([next]);
      }
    },
    replace: async () => {
      const two = [rule, ruleOf(destinations.good, { ID: 'rule-2', Prefix: 'other/', Status: 'Disabled' })];
      await put(two);
      await same(two);
      await put(two.slice(1));
      await same(two.slice(1));
    },
    'every-element': async () => {
      const full = fullRule(destinations.good);
      await put([full]);
      await same([full]);
    },
    delete: async () => {
      mustEqual((await client.deleteBucketReplication(at)).statusCode, 204);
      mustEqual(await rules(), []);
      mustEqual((await client.deleteBucketReplication(at)).statusCode, 204);
    },
    malformed: () =>
      mustFail(400, 'MalformedXML', () =>
        client.request({
          ...at,
          Method: 'PUT',
          Key: '',
          Action: 'replication',
          Body: '<ReplicationConfiguration><Role>',
          Headers: { 'Content-Type': 'application/xml' },
        }),
      ),
    'wrong-signature': () =>
      mustFail(403, 'SignatureDoesNotMatch', () =>
        put([rule], connect({ ...source, secretKey: `${source.secretKey}x` })),
      ),
    'unknown-key': () =>
      mustFail(403, 'InvalidAccessKeyId', () => put([rule], connect({ ...source, secretId: 'CRRunknownunknown' }))),
    'source-unversioned': () =>
      mustFail(400, 'BucketVersionNotOpen', () =>
        put([rule], connect(unversioned), { ...at, Bucket: unversioned.bucket }),
      ),
    'destination-unversioned': () =>
      mustFail(400, 'BucketVersionNotOpen', () => put([ruleOf(destinations.unversioned)])),
    'destination-missing': () => mustFail(404, 'NoSuchBucket', () => put([ruleOf(destinations.missing)])),
    'destination-unlisted': () => mustFail(403, 'UserNotTargetBucketOwner', () => put([ruleOf(destinations.unlisted)])),
  };
}

/** The SDK reads every element as text, and gives lists their name on the wire. */
function asRead(tree: Tree): unknown {
  return Object.fromEntries(
    Object.entries(tree).map(([name, value]) => {
      if (Array.isArray(value)) return [name === 'Tags' ? 'Tag' : name, value.map(asRead)];
      return [name, typeof value === 'object' ? asRead(value as Tree) : String(value)];
    }),
  );
}

/** The SDK rejects with an error of its own that has code, status and request ID. */
async function mustFail(status: number, code: string, call: () => Promise<unknown>): Promise<string> {
  let answer: unknown;
  try {
    answer = await call();
  } catch (error) {
    const told = error as Partial<COS.CosSdkError> & { RequestId?: string };
    mustEqual({ code: told.code, status: told.statusCode }, { code, status });
    if (!told.RequestId) throw new Error('the error has no RequestId', { cause: error });
    return `${status} ${code}`;
  }
  throw new Error(`succeeded with ${JSON.stringify(answer)}, not ${status} ${code}`);
}

function mustEqual(found: unknown, expected: unknown): void {
  const [one, other] = [found, expected].map((value) => JSON.stringify(sorted(value)));
  if (one !== other) throw new Error(`${one} instead of ${other}`);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, sorted(inner)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
