import { randomBytes } from 'node:crypto';

import COS from 'cos-nodejs-sdk-v5';

import { createApi } from '../../functions/api/api.ts';
import { createKeyStore } from '../../shared/access/index.ts';
import { createCosClient, nodeHash } from '../../shared/cos/index.ts';
import type { Cos, CosClient, Place } from '../../shared/cos/index.ts';
import { policyOf, TRUST_POLICY } from '../../shared/deploy/roles/policies.ts';
import { createKeyring, ensureMarkerKey } from '../../shared/identity/index.ts';
import type { Engine } from '../../shared/replication/index.ts';
import { candidatesFor, createRuleStore } from '../../shared/rules/index.ts';
import { workOfEvent } from '../../shared/runs/index.ts';
import { httpFunction } from '../../shared/scf/index.ts';
import type { HttpAnswer } from '../../shared/scf/index.ts';
import { startCloud } from '../cloud/index.ts';
import type { CloudOptions, LocalCloud } from '../cloud/index.ts';
import { createCoreCos } from './core-cos.ts';
import { engineOn } from './engine.ts';
import { BACKUP } from './places.ts';
import { PAIR, SOURCE, STATE, signCall, urlEvent } from '../functions/api/bench.ts';
import type { Call, SignOptions } from '../functions/api/bench.ts';

export { BACKUP };
export const THIRD: Place = { bucket: 'third-1250000000', region: 'ap-beijing' };

/** The API and the engine over HTTP on a local cloud, each with the rights that a deployment gives its role. */
export interface World {
  readonly cloud: LocalCloud;
  /** The root account: the user who writes to the buckets. */
  readonly user: CosClient;
  /** The calls without HTTP, for a set-up of a thousand objects. */
  readonly straight: Cos;
  readonly sdk: COS;
  readonly engine: Engine;
  readonly lines: string[];
  /** The clock of the API; `ahead` in ms. */
  readonly clock: { ahead: number };
  call(call: Call, options?: SignOptions): Promise<HttpAnswer>;
  /** Work that runs while a call waits. */
  meanwhile: () => Promise<void>;
  /** An unsigned call. */
  send(event: object): Promise<HttpAnswer>;
  /** Sends a request that asks for JSON. */
  ask(method: 'GET' | 'POST', subresource: string, more?: Partial<Call>): Promise<{ status: number; json: unknown }>;
  /** Stores rules as a user does. */
  rules(...rules: string[]): Promise<void>;
  /** Runs the work that the event of a key would start, at every destination. */
  replicate(key: string): Promise<void>;
  close(): Promise<void>;
}

/** `received`: the source is also a destination of others. */
export async function createWorld(
  switches: NonNullable<CloudOptions['switches']> = {},
  received = false,
): Promise<World> {
  const cloud = await startCloud({ switches });
  for (const { bucket, region } of [SOURCE, BACKUP, THIRD]) {
    cloud.core.createBucket(bucket, region);
    cloud.core.putVersioning(bucket, region, 'Enabled');
  }
  cloud.core.createBucket(STATE.bucket, STATE.region);
  const peers = received ? [{ bucket: SOURCE, state: STATE }] : [];
  const scope = { sources: [SOURCE], destinations: [BACKUP, THIRD], state: STATE, peers, signers: [], acl: true };
  const clients: CosClient[] = [];
  const client = (credentials: () => { secretId: string; secretKey: string; token?: string }) => {
    const made = createCosClient({ credentials, endpoint: cloud.endpoint });
    clients.push(made);
    return made;
  };
  const role = (kind: 'api' | 'engine') => {
    cloud.cam.createRole({ name: kind, trust: JSON.stringify(TRUST_POLICY) });
    const { id } = cloud.cam.createPolicy({ name: kind, document: JSON.stringify(policyOf(kind, scope)) });
    cloud.cam.attach(kind, id);
    return client(() => cloud.cam.assumeRole(kind));
  };
  const user = client(() => ({ secretId: cloud.secretId, secretKey: cloud.secretKey }));
  const cos = role('api');
  const clock = { ahead: 0 };
  const now = () => Date.now() + clock.ahead;
  const unique = () => randomBytes(9).toString('hex');
  const straight = createCoreCos(cloud.core, cloud.blobs, Date.now);
  await ensureMarkerKey({ cos: straight, state: STATE, random: randomBytes });
  const keyring = (client: Cos) => createKeyring({ cos: client, state: STATE, others: [], hash: nodeHash, now });
  const engineCos = role('engine');
  const engine = engineOn(engineCos, { keys: keyring(engineCos), now: Date.now, unique });
  await createKeyStore({ cos: straight, state: STATE, now, random: randomBytes }).add({
    buckets: [],
    rights: ['read', 'write'],
    pair: PAIR,
  });
  const lines: string[] = [];
  const main = httpFunction(
    createApi({
      cos,
      state: STATE,
      keys: createKeyStore({ cos, state: STATE, now, random: randomBytes }),
      rules: createRuleStore({ cos, state: STATE, now }),
      listed: scope,
      hash: nodeHash,
      markerKeys: keyring(cos),
      now,
      random: randomBytes,
      sleep: async (ms) => {
        clock.ahead += ms;
        await world.meanwhile();
      },
    }),
    { write: (line) => lines.push(line) },
  );
  const send: World['send'] = (event) => main(event, { request_id: 'run' });
  const call: World['call'] = (one, options) => send(urlEvent(signCall(one, now(), options)));
  const world: World = {
    meanwhile: () => Promise.resolve(),
    clock,
    cloud,
    user,
    straight,
    sdk: new COS({
      SecretId: cloud.secretId,
      SecretKey: cloud.secretKey,
      Proxy: cloud.endpoint,
      Protocol: 'http:',
    }),
    engine,
    lines,
    call,
    send,
    ask: async (method, subresource, more = {}) => {
      const answer = await call({ method, ...more, query: [[subresource, ''], ...(more.query ?? [])] });
      if (answer.headers['Content-Type'] !== 'application/json') throw new Error(`${answer.statusCode} ${answer.body}`);
      return { status: answer.statusCode, json: JSON.parse(answer.body) as unknown };
    },
    rules: async (...rules) => {
      const body = `<ReplicationConfiguration><Role>qcs::cam::uin/100000000001:uin/100000000001</Role>${rules.map((rule) => `<Rule>${rule}</Rule>`).join('')}</ReplicationConfiguration>`;
      const answer = await call({ method: 'PUT', body });
      if (answer.statusCode !== 200) throw new Error(answer.body);
    },
    replicate: async (key) => {
      const ruleSet = await engine.rules.getFresh(SOURCE);
      const blank = { versionId: undefined, etag: undefined, size: undefined, time: undefined };
      const event = { type: 'created', name: 'cos:ObjectCreated:Put', place: SOURCE, key, ...blank } as const;
      for (const { destination, rules } of ruleSet === undefined ? [] : candidatesFor(ruleSet, key)) {
        const work = workOfEvent(event, { source: SOURCE, destination, key }, rules);
        const report = await engine.converge(work, now() + 60_000);
        if (report.state === 'failed') throw report.error;
      }
    },
    close: async () => {
      for (const one of clients) one.close();
      await cloud.close();
    },
  };
  return world;
}

export function ruleText(id: string, destination: Place, more = ''): string {
  return `<ID>${id}</ID><Status>Enabled</Status>${more}<Destination><Bucket>qcs::cos:${destination.region}::${destination.bucket}</Bucket></Destination>`;
}

/**
 * A rule starts at a whole second, because the times of versions are whole seconds. `time` in microseconds since 1970.
 */
export async function untilNextSecond(time: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const wait = () => (Math.floor(Date.now() / 1000) > Math.floor(time / 1e6) ? resolve() : setTimeout(wait, 20));
    wait();
  });
}
