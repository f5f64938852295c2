import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { providerSchema, topLevelSchemas } from '../../../../shared/deploy/config/schema.ts';
import { rawConfiguration } from '../settings.ts';

interface Handler {
  defineTopLevelProperty(name: string, schema: object): void;
  defineProvider(name: string, schemas: object): void;
  validateConfig(configuration: object): Promise<void>;
}

// The CLI's own validation, which users meet: its Ajv is stricter than most.
const ConfigSchemaHandler = createRequire(import.meta.url)(
  'serverless/lib/classes/config-schema-handler/index.js',
) as new (serverless: object) => Handler;

type Json = Record<string, unknown>;

interface Configuration extends Json {
  provider: Json;
  functions: Record<string, Json>;
}

function sample(): Configuration {
  const { provider, ...rest } = rawConfiguration();
  return structuredClone({ ...rest, provider: { name: 'tencent', ...provider } }) as Json as Configuration;
}

async function validate(configuration: object): Promise<void> {
  const handler = new ConfigSchemaHandler({
    service: { provider: { name: 'tencent' }, configValidationMode: 'error' },
    configurationInput: configuration,
  });
  for (const [name, schema] of Object.entries(topLevelSchemas)) handler.defineTopLevelProperty(name, schema);
  handler.defineProvider('tencent', structuredClone(providerSchema));
  await handler.validateConfig(configuration);
}

const events = (configuration: Configuration, key: string, value: object[]) => {
  const declared = configuration.functions[key];
  if (declared) declared['events'] = value;
};

describe('serverless.yml', () => {
  it('accepts the configuration of the repository', async () => {
    await expect(validate(sample())).resolves.toBeUndefined();
    await expect(validate({ ...sample(), stateBucket: 'state-1250000000' })).resolves.toBeUndefined();
    await expect(validate({ ...sample(), cautious: ['metadata', 'overlap'] })).resolves.toBeUndefined();
  });

  it.each<[string, (configuration: Configuration) => void]>([
    ['a cron of six fields', (c) => events(c, 'schedule', [{ timer: { name: 'minute', cron: '0 * * * * *' } }])],
    ['an invalid cron', (c) => events(c, 'schedule', [{ timer: { name: 'minute', cron: 'rate(1 minute)' } }])],
    ['a timer without name', (c) => events(c, 'schedule', [{ timer: { cron: '0 * * * * * *' } }])],
    ['an event that COS does not have', (c) => events(c, 'replicate', [{ sources: ['cos:ObjectRemoved:*'] }])],
    ['an event of another cloud', (c) => events(c, 'replicate', [{ s3: 'photos' }])],
    [
      'a misspelt key of an event',
      (c) => events(c, 'task', [{ state: { event: 'cos:ObjectCreated:*', prefx: 'tasks/' } }]),
    ],
    [
      'tasks of the whole state bucket',
      (c) => events(c, 'task', [{ state: { event: 'cos:ObjectCreated:*', prefix: '' } }]),
    ],
    ['an unknown kind of authentication', (c) => events(c, 'api', [{ http: { auth: 'BASIC' } }])],
    ['a misspelt key of a function', (c) => Object.assign(c.functions['task'] ?? {}, { memorySize: 256 })],
    ['a function without role', (c) => void delete c.functions['task']?.['role']],
    ['an unknown role', (c) => Object.assign(c.functions['task'] ?? {}, { role: 'admin' })],
    ['a handler elsewhere', (c) => Object.assign(c.functions['task'] ?? {}, { handler: 'src/task.handler' })],
    ['a misspelt provider key', (c) => Object.assign(c.provider, { runtme: 'Nodejs20.19' })],
    ['a misspelt list', (c) => Object.assign(c, { destination: [] })],
  ])('refuses %s', async (_, change) => {
    const configuration = sample();
    change(configuration);
    await expect(validate(configuration)).rejects.toThrow(/Configuration error/);
  });
});

/** They belong to the CLI, or may not be changed. */
const NOT_SETTINGS = ['provider.region', 'provider.stage', 'functions.*.handler', 'functions.*.role'];

it('the page has each setting, and no other', () => {
  const page = readFileSync('shared/deploy/README.md', 'utf8');
  const table = /^## Settings\n.*?^(\| setting .*?)\n\n/ms.exec(page)?.[1] ?? '';
  const told = [...table.matchAll(/^\| `([\w.*]+)`/gm)].map(([, name = '']) => name);
  const nested = (parent: string, properties: object) => Object.keys(properties).map((name) => `${parent}.${name}`);
  const settings = [
    ...Object.keys(topLevelSchemas),
    ...nested('provider', providerSchema.provider.properties),
    ...nested('functions.*', providerSchema.function.properties),
    'functions.*.events',
  ].filter((name) => !NOT_SETTINGS.includes(name));
  const known = (name: string) => settings.find((one) => name === one || name.startsWith(`${one}.`)) ?? name;
  expect([...new Set(told.map(known))].toSorted()).toEqual(settings.toSorted());
});
