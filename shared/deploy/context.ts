import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type COS from 'cos-nodejs-sdk-v5';
import { createKeyStore, type KeyStore } from '../access/index.ts';
import { createCosClient, type Cos } from '../cos/index.ts';
import type { Credentials } from '../signing/index.ts';
import { createCloudApi } from './cloud/cloud-api.ts';
import { createScf } from './cloud/scf.ts';
import { createSdk } from './cloud/state-bucket.ts';
import { traceCos, traceSdk } from './cloud/trace.ts';
import type { Cloud, Reporter } from './commands/deploy.ts';
import { readCredentials, readEndpoint } from './config/credentials.ts';
import { createLocate } from './config/locate.ts';
import { readSettings, type RawConfiguration } from './config/settings.ts';
import { DeployError } from './error.ts';
import { bundleFunctions, type Bundle } from './functions/bundle.ts';
import { desiredFunctions } from './functions/desired.ts';
import { artifactOf } from './functions/zip.ts';
import type { Options, Serverless, Writers } from './serverless.ts';
import type { Artifact, DesiredFunction, Settings } from './types.ts';

/**
 * Everything that the commands need from outside: the settings, the options, the clients of the cloud, and the output.
 */
export interface Context {
  readonly serverless: Serverless;
  readonly writers: Writers;
  readonly report: Reporter;
  /** To stdout. */
  readonly print: (text: string) => void;
  /** The settings, read once and cached, because a command asks for them several times. Throws `DeployError`. */
  readonly settings: () => Settings;
  readonly credentials: () => Credentials;
  readonly platform: () => Pick<Cloud, 'api' | 'scf'>;
  readonly cos: () => Cos;
  readonly sdk: () => Promise<COS>;
  readonly keys: () => KeyStore;
  /** The text of an option; undefined if it is missing or empty. */
  readonly text: (option: string) => string | undefined;
  /** The texts of an option that may be given more than once. */
  readonly texts: (option: string) => readonly string[];
  readonly flag: (option: string) => boolean;
  /** The function that `-f` names. Throws `DeployError`. */
  readonly named: () => DesiredFunction;
  /** Folder of the zips. */
  readonly packagePath: () => string;
  /** Packages the functions of these names, and returns the bundles by name. Throws `DeployError`. */
  readonly bundles: (names: readonly string[]) => Promise<ReadonlyMap<string, Bundle>>;
  /** The package of that name. Throws `DeployError`. */
  readonly artifact: (bundle: string) => Promise<Artifact>;
  readonly sleep: (ms: number) => Promise<void>;
}

export function createContext(serverless: Serverless, options: Options, writers: Writers): Context {
  let read: Settings | undefined;
  // Shown by the CLI's own --verbose.
  const trace = (text: string): void => writers.log.info(text);
  const wait = (ms: number): Promise<void> => sleep(ms);

  const context: Context = {
    serverless,
    writers,
    report: { line: (text) => writers.writeText(text), warn: (text) => writers.log.warning(text) },
    print: (text) => writers.writeText(text),
    settings: () => (read ??= settingsOf(serverless)),
    credentials: () => readCredentials(process.env),
    platform() {
      const { region, endpoint } = context.settings();
      const credentials = context.credentials();
      const api = createCloudApi({ credentials, region, endpoint, now: Date.now, sleep: wait, trace });
      return { api, scf: createScf(api, wait) };
    },
    cos() {
      const credentials = context.credentials();
      const { endpoint } = context.settings();
      return traceCos(createCosClient({ credentials: () => credentials, endpoint }), trace);
    },
    sdk: async () => traceSdk(await createSdk(context.credentials(), context.settings().endpoint), trace),
    keys: () =>
      createKeyStore({ cos: context.cos(), state: context.settings().state, now: Date.now, random: randomBytes }),
    text(option) {
      const value = options[option];
      return typeof value === 'string' && value !== '' ? value : undefined;
    },
    texts(option) {
      // The CLI passes a single value as text.
      const value = options[option];
      if (typeof value === 'string') return [value];
      return Array.isArray(value) ? value.filter((text): text is string => typeof text === 'string') : [];
    },
    flag: (option) => options[option] === true,
    named: () => functionNamed(context.settings(), context.text('function')),
    packagePath: () =>
      path.resolve(serverless.serviceDir, context.text('package') ?? serverless.service.package.path ?? '.serverless'),
    bundles(names) {
      const { runtime } = context.settings();
      return bundleFunctions(names, { root: serverless.serviceDir, output: context.packagePath(), runtime });
    },
    async artifact(bundle) {
      const zipPath = path.join(context.packagePath(), `${bundle}.zip`);
      const bytes = await readFile(zipPath).catch((cause: unknown) => {
        throw new DeployError(`${zipPath} is missing: run "npx serverless package" first.`, 'NO_ARTIFACT', cause);
      });
      return artifactOf(bytes);
    },
    sleep: wait,
  };
  return context;
}

function settingsOf(serverless: Serverless): Settings {
  const { service, serviceDir, configurationInput, configurationFilename } = serverless;
  const functions = Object.entries(service.functions).map(([key, entry]) => [key, { events: [], ...entry }]);
  const text = readFileSync(path.join(serviceDir, configurationFilename), 'utf8');
  // The schemas have checked the shape.
  const raw = {
    ...configurationInput,
    service: service.service,
    provider: service.provider,
    functions: Object.fromEntries(functions) as unknown,
  } as RawConfiguration;
  return readSettings(raw, readEndpoint(process.env), createLocate(configurationFilename, text));
}

function functionNamed(settings: Settings, key: string | undefined): DesiredFunction {
  const functions = desiredFunctions(settings);
  const found = functions.find((desired) => desired.key === key || desired.name === key);
  if (found !== undefined) return found;
  const known = functions.map((desired) => desired.key).join(', ');
  throw new DeployError(`There is no function ${key}: use -f with one of ${known}.`, 'NO_FUNCTION');
}
