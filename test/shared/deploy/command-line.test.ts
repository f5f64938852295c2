import { describe, expect, it } from 'vitest';
import type { ApiKey, NewKey } from '../../../shared/access/index.ts';
import { CloudApiError } from '../../../shared/deploy/cloud/cloud-api.ts';
import { readCredentials, readEndpoint } from '../../../shared/deploy/config/credentials.ts';
import { commands, explainUnknown } from '../../../shared/deploy/command-line.ts';
import { DeployError, explain } from '../../../shared/deploy/error.ts';
import { ServiceError } from '../../../shared/errors/index.ts';
import { formatInfo } from '../../../shared/deploy/commands/info.ts';
import { invoke } from '../../../shared/deploy/commands/invoke.ts';
import { readLogs, readStartTime } from '../../../shared/deploy/commands/logs.ts';
import { addKey, formatKey, formatKeys, keysJson, removeKey } from '../../../shared/deploy/commands/keys.ts';
import { createScf } from '../../../shared/deploy/cloud/scf.ts';
import { sampleSettings } from './settings.ts';

const scfThat = (answer: (action: string) => unknown) =>
  createScf({ call: async <T>(_: string, action: string) => answer(action) as T }, async () => undefined);

const missing = () => {
  throw new CloudApiError('Invoke', 'ResourceNotFound.FunctionName', 'no such function');
};

describe('invoke', () => {
  const result = { FunctionRequestId: 'r', RetMsg: '{"done":true}', Log: 'START\nEND', Duration: 12, InvokeResult: 0 };

  it('prints answer and log', async () => {
    expect(
      await invoke(
        scfThat(() => ({ Result: result })),
        'f',
        '{}',
      ),
    ).toEqual({
      requestId: 'r',
      answer: '{"done":true}',
      log: 'START\nEND',
      error: '',
      duration: 12,
    });
  });

  it('tells a failed run from a failed call', async () => {
    const failed = { ...result, InvokeResult: 1, ErrMsg: 'time limit', RetMsg: '' };
    expect(
      (
        await invoke(
          scfThat(() => ({ Result: failed })),
          'f',
          '{}',
        )
      ).error,
    ).toBe('time limit');
    await expect(invoke(scfThat(missing), 'f', '{}')).rejects.toThrow(/f is not deployed: run "npx serverless deploy"/);
  });
});

describe('logs', () => {
  it('are printed oldest first', async () => {
    const Data = ['2', '1'].map((id) => ({
      RequestId: id,
      StartTime: `2025-01-0${id} 08:00:00`,
      Log: `run ${id}\n`,
    }));
    expect(
      await readLogs(
        scfThat(() => ({ Data })),
        'f',
      ),
    ).toEqual(['2025-01-01T00:00:00.000Z 1\nrun 1', '2025-01-02T00:00:00.000Z 2\nrun 2']);
  });

  it('are searched by text and time, page by page', async () => {
    const all = Array.from({ length: 250 }, (_, n) => ({
      RequestId: `r${n}`,
      // The newest first, a minute apart, in UTC+8.
      StartTime: new Date(Date.UTC(2026, 0, 31, 20) - n * 60_000).toISOString().slice(0, 19).replace('T', ' '),
      Log: n % 100 === 99 ? '{"key":"a.jpg"}' : '{}',
    }));
    const scf = createScf(
      {
        call: async <T>(_: string, __: string, parameters: object) => {
          const { Offset, Limit } = parameters as { Offset: number; Limit: number };
          return { Data: all.slice(Offset, Offset + Limit) } as T;
        },
      },
      async () => undefined,
    );
    const idsOf = async (query: object) => (await readLogs(scf, 'f', query)).map((run) => /(r\d+)/.exec(run)?.[1]);
    expect(await idsOf({ text: 'a.jpg' })).toEqual(['r199', 'r99']);
    expect(await idsOf({ since: Date.UTC(2026, 0, 31, 11, 58) })).toEqual(['r2', 'r1', 'r0']);
    expect(await idsOf({})).toHaveLength(100);
  });

  it.each([
    ['30m', 1_000_000_000 - 1_800_000],
    ['2h', 1_000_000_000 - 7_200_000],
    ['1970-01-01T08:00:01+08:00', 1000],
  ])('begin at %s', (text, expected) => {
    expect(readStartTime(text, 1_000_000_000)).toBe(expected);
  });

  it.each(['yesterday', '2026-01-31T12:00:00', '30', ''])('do not begin at %s', (text) => {
    expect(() => readStartTime(text, 0)).toThrow(/is not a time: write 30m/);
  });

  it('name the log service where SCF keeps no logs', async () => {
    const refused = scfThat((action) => {
      throw new CloudApiError(action, 'InvalidAction', 'gone');
    });
    await expect(readLogs(refused, 'f')).rejects.toThrow(/Log query/);
  });
});

describe('API keys', () => {
  const settings = sampleSettings({
    sources: ['a-1250000000@ap-guangzhou', 'b-1250000000@ap-guangzhou'],
    destinations: ['backup-1250000000@ap-shanghai', 'vault-1250000000@ap-beijing'],
  });
  const NOTHING = { buckets: undefined, destinations: undefined, rights: undefined };
  const store = (added: NewKey[] = []) => ({
    add: async (key: NewKey): Promise<ApiKey> => {
      added.push(key);
      return { destinations: [], ...key, secretId: 'CRRid', secretKey: 'the-secret-key', created: 0 };
    },
  });

  it('are for all sources, to read and write, by default', async () => {
    const added: NewKey[] = [];
    await addKey(store(added), settings, NOTHING);
    expect(added).toEqual([{ buckets: [], destinations: [], rights: ['read', 'write'] }]);
  });

  it('accept lists with spaces and repetitions', async () => {
    const added: NewKey[] = [];
    const lists = { buckets: 'b-1250000000, a-1250000000,b-1250000000', destinations: ' vault-1250000000' };
    await addKey(store(added), settings, { ...lists, rights: 'metrics' });
    expect(added).toEqual([
      { buckets: ['b-1250000000', 'a-1250000000'], destinations: ['vault-1250000000'], rights: ['metrics'] },
    ]);
  });

  it.each([
    ['a bucket that is no source', { buckets: 'c-1250000000' }, /not a source.*a-1250000000, b-1250000000/],
    [
      'a bucket that is no destination',
      { destinations: 'a-1250000000' },
      /not a destination.*backup-1250000000, vault-1250000000/,
    ],
    ['an unknown right', { rights: 'read,admin' }, /read, write, metrics/],
    ['no right', { rights: ',' }, /read, write, metrics/],
  ])('refuse %s', async (_, texts, message) => {
    const added: NewKey[] = [];
    await expect(addKey(store(added), settings, { ...NOTHING, ...texts })).rejects.toThrow(message);
    expect(added).toEqual([]);
  });

  it('show the secret once', () => {
    const all = { buckets: [], destinations: [], rights: ['read' as const] };
    const key: ApiKey = { secretId: 'CRRid', secretKey: 'the-secret-key', ...all, created: 0 };
    expect(formatKey(key)).toContain('the-secret-key');
    expect(formatKeys([key]).split('\n')).toEqual([
      'SECRET ID  CREATED                   RIGHTS  BUCKETS      DESTINATIONS',
      'CRRid      1970-01-01T00:00:00.000Z  read    all sources  all destinations',
    ]);
    expect(JSON.parse(keysJson([key]))).toMatchObject([{ created: '1970-01-01T00:00:00.000Z' }]);
    expect(formatKeys([])).toMatch(/key add/);
  });

  it('report when there is nothing to remove', async () => {
    await expect(removeKey({ remove: async () => false }, 'CRRid')).rejects.toThrow(/no API key CRRid/);
    await expect(removeKey({ remove: async () => true }, 'CRRid')).resolves.toBeUndefined();
  });
});

describe('environment', () => {
  it('needs both halves of the pair', () => {
    expect(() => readCredentials({ TENCENTCLOUD_SECRET_ID: 'id' })).toThrow(/TENCENTCLOUD_SECRET_KEY/);
    const pair = { TENCENTCLOUD_SECRET_ID: 'id', TENCENTCLOUD_SECRET_KEY: 'key', TENCENTCLOUD_TOKEN: '' };
    expect(readCredentials(pair)).toEqual({ secretId: 'id', secretKey: 'key', token: undefined });
  });

  it('takes an origin as endpoint, or none', () => {
    expect(readEndpoint({ TENCENTCLOUD_ENDPOINT: 'http://127.0.0.1:8080/' })).toBe('http://127.0.0.1:8080');
    expect(readEndpoint({})).toBeUndefined();
    expect(() => readEndpoint({ TENCENTCLOUD_ENDPOINT: '127.0.0.1:8080' })).toThrow(/not a URL/);
  });
});

describe('explain', () => {
  it('adds the next step where the cloud does not name it', () => {
    const error = new CloudApiError('GetRole', 'AuthFailure.SecretIdNotFound', 'no such ID');
    expect(explain(error)).toMatch(/no such ID.*Check TENCENTCLOUD_SECRET_ID/);
  });

  it('tells a user who has not deployed yet to deploy', () => {
    const error = new ServiceError('The bucket is not there.', { code: 'NoSuchBucket', status: 404 });
    expect(explain(error)).toBe(
      'The bucket is not there. Run "npx serverless deploy" first: it makes the state bucket.',
    );
  });

  it('leaves our own messages alone', () => {
    expect(explain(new DeployError('Do this.', 'X'))).toBe('Do this.');
  });
});

it('info prints functions, triggers and the URL', () => {
  const url = 'https://1250000000-abc.ap-guangzhou.tencentscf.com';
  const text = formatInfo({
    service: 'cos-replication',
    stage: 'dev',
    region: 'ap-guangzhou',
    stateBucket: 'crr-dev-gz-1250000000',
    version: '1.2.3',
    localAddress: 'http://127.0.0.1:8080',
    functions: [
      {
        key: 'api',
        name: 'cos-replication-dev-api',
        status: 'Active',
        triggers: ['url (auth NONE)'],
        url,
        code: '0123456789ab',
        instances: 8,
      },
      { key: 'task', name: 'cos-replication-dev-task', status: 'missing', triggers: [] },
    ],
  });
  expect(text.split('\n')).toEqual([
    'service: cos-replication   stage: dev   region: ap-guangzhou',
    'release: 1.2.3   state bucket: crr-dev-gz-1250000000',
    'functions:',
    '  cos-replication-dev-api   Active  code 0123456789ab  8 instances reserved',
    '    url (auth NONE)',
    `    function URL: ${url}`,
    '    on this local cloud: http://127.0.0.1:8080',
    '  cos-replication-dev-task  missing',
  ]);
});

describe('a command below replication', () => {
  it('is answered with the existing ones when it does not exist', () => {
    expect(explainUnknown(['replication', 'nosuch'])).toMatch(
      /^There is no command "replication nosuch": use one of console, status, scan, .*marker-key\. "npx serverless replication --help" explains\.$/,
    );
    expect(explainUnknown(['replication', 'rules', 'toString'])).toBe(
      'There is no command "replication rules toString": use one of get, put, delete. "npx serverless replication rules --help" explains.',
    );
    expect(explainUnknown(['replication', 'status', 'photos'])).toBe(
      'There is no command "replication status photos": it takes no "photos". "npx serverless replication status --help" explains.',
    );
  });

  it("is left to the CLI when it exists, and so are the CLI's own", () => {
    const known = Object.keys(commands.replication.commands).map((name) => ['replication', name]);
    for (const words of [[], ['deploy'], ['nosuch'], ['replication'], ['replication', 'key', 'add'], ...known]) {
      expect(explainUnknown(words)).toBeUndefined();
    }
  });
});
