import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCloudApi } from '../../../shared/deploy/cloud/cloud-api.ts';
import { exchange } from '../../../shared/http/index.ts';
import { createScf, type Scf } from '../../../shared/deploy/cloud/scf.ts';
import { creation, deletion, urlOf } from '../../../shared/deploy/functions/triggers.ts';
import { zip } from '../../../shared/deploy/functions/zip.ts';
import type { Trigger } from '../../../shared/deploy/types.ts';
import type { Probe } from './point.ts';

/** Returns its event, and logs it. */
const ECHO = `exports.main_handler = async (event) => {
  console.log('EVENT ' + JSON.stringify(event));
  return { statusCode: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(event) };
};`;
const RUNTIME = 'Nodejs20.19';
const EVENT = 'cos:ObjectCreated:*';
/** ms between two looks, and looks before an event counts as lost: five minutes. */
const PAUSE = 1000;
const LOOKS = 300;

/** The event and context that SCF gives to a function, as values of the switches. */
export interface Given {
  readonly eventVersionId: boolean;
  readonly eventEtag: boolean;
  readonly urlPath: 'raw' | 'decoded';
  readonly urlRepeatedKeys: 'array' | 'first' | 'last';
}

interface Echoed {
  readonly path?: string;
  readonly queryString?: Readonly<Record<string, unknown>>;
  readonly queryStringParameters?: Readonly<Record<string, unknown>>;
  readonly Records?: readonly { readonly cos?: { readonly cosObject?: CosObject } }[];
}

interface CosObject {
  readonly vid?: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** Creates a function with a trigger and a function URL, asks it, and removes it again. */
export async function observeFunction({ driver, versioned }: Probe): Promise<Given> {
  const { credentials, region, cloud } = driver;
  const wait = (ms: number) => sleep(ms);
  const api = createCloudApi({ credentials, region, endpoint: cloud?.endpoint, now: Date.now, sleep: wait });
  const scf = createScf(api, wait);
  const name = `crrlive-${randomBytes(4).toString('hex')}`;
  const cosTrigger = { type: 'cos', bucket: versioned.name, region, event: EVENT, prefix: '', suffix: '' } as const;
  try {
    await scf.call('CreateFunction', name, {
      Type: 'Event',
      Handler: 'index.main_handler',
      Runtime: RUNTIME,
      MemorySize: 128,
      Timeout: 10,
      Description: 'Echo of a test of COS Replication, to be deleted.',
      Code: { ZipFile: Buffer.from(zip({ 'index.js': Buffer.from(ECHO) }).bytes).toString('base64') },
    });
    await scf.active(name);
    const triggers: Trigger[] = [cosTrigger, { type: 'http', auth: 'NONE' }];
    for (const trigger of triggers) await scf.call('CreateTrigger', name, creation(trigger));
    await versioned.put('told', 'x', { 'x-cos-storage-class': 'STANDARD_IA' });
    const object = await eventOf(scf, name);
    const url = (await scf.triggers(name)).map(urlOf).find((address) => address !== undefined);
    if (url === undefined) throw new Error('The function has no URL.');
    const { host } = new URL(url);
    const answer = await exchange(cloud?.endpoint ?? `https://${host}`, {
      method: 'GET',
      path: '/%2F%25?a=1&a=2',
      headers: { Host: host },
      body: '',
      idleLimit: 60_000,
    });
    const { path, queryString, queryStringParameters } = JSON.parse(answer.body) as Echoed;
    return {
      eventVersionId: Boolean(object.vid),
      eventEtag: object.meta?.['ETag'] !== undefined,
      urlPath: path === '/%2F%25' ? 'raw' : 'decoded',
      urlRepeatedKeys: repeated((queryString ?? queryStringParameters ?? {})['a']),
    };
  } finally {
    const listed = await scf.triggers(name).catch(() => []);
    for (const one of listed) await scf.call('DeleteTrigger', name, deletion(one)).catch(() => undefined);
    await scf.remove(name);
  }
}

async function eventOf(scf: Scf, name: string): Promise<CosObject> {
  for (let look = 0; look < LOOKS; look += 1) {
    const { Data } = await scf.call<{ Data?: readonly { readonly Log: string }[] | null }>('GetFunctionLogs', name, {
      Offset: 0,
      Limit: 20,
    });
    for (const { Log } of Data ?? []) {
      const text = /^.*?EVENT (\{.*\})$/m.exec(Log)?.[1];
      const object = text === undefined ? undefined : (JSON.parse(text) as Echoed).Records?.[0]?.cos?.cosObject;
      if (object !== undefined) return object;
    }
    await sleep(PAUSE);
  }
  throw new Error(`${name} got no event of an object, or its log is in the log service only.`);
}

function repeated(value: unknown): Given['urlRepeatedKeys'] {
  if (Array.isArray(value)) return 'array';
  return value === '1' ? 'first' : 'last';
}
