import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCosClient } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';
import { bundleFunction } from './functions/bundle.ts';
import { buildPage } from './functions/page.ts';
import { createCloudApi } from './cloud/cloud-api.ts';
import { commands } from './command-line.ts';
import { readCredentials, readEndpoint } from './config/credentials.ts';
import { deploy } from './commands/deploy.ts';
import type { Cloud, Reporter } from './commands/deploy.ts';
import { bundleOf, desiredFunctions } from './functions/desired.ts';
import { DeployError, explain } from './error.ts';
import { readPort, serveConsole, untilEnded } from './commands/console.ts';
import { formatInfo, readInfo } from './commands/info.ts';
import { invokeLocal } from './commands/invoke-local.ts';
import { invoke } from './commands/invoke.ts';
import { readLogs, readStartTime } from './commands/logs.ts';
import { addKey, formatKey, formatKeys, keysJson, openKeyStore, removeKey, rotateMarker } from './commands/keys.ts';
import { remove } from './commands/remove.ts';
import { askCosTime } from './doctor/cos-time.ts';
import { reportExamination } from './doctor/doctor.ts';
import type { ApiDeps } from './commands/ask.ts';
import { showDryRun } from './commands/dry-run.ts';
import { showPreflight } from './commands/preflight.ts';
import { replicationAction, type Action } from './commands/replication.ts';
import { deleteRules, getRules, putRules } from './commands/rules.ts';
import { reattemptWork, showFailures } from './commands/work.ts';
import { checkDropped, checkIdle, readProgress } from './commands/stops.ts';
import type { Progress } from './commands/stops.ts';
import { createScf } from './cloud/scf.ts';
import { providerSchema, topLevelSchemas } from './config/schema.ts';
import type { Options, Serverless, Writers } from './serverless.ts';
import { createLocate } from './config/locate.ts';
import { readSettings } from './config/settings.ts';
import type { RawConfiguration } from './config/settings.ts';
import { createSdk } from './cloud/state-bucket.ts';
import type { Artifact, DesiredFunction, Settings } from './types.ts';
import { artifactOf } from './functions/zip.ts';

const PROVIDER = 'tencent';

/** Provider plugin for the serverless CLI: it only connects the CLI's commands with the modules beside it. */
export default class TencentPlugin {
  readonly provider: object;
  readonly commands: typeof commands;
  readonly hooks: Readonly<Record<string, () => Promise<void>>>;
  readonly #serverless: Serverless;
  readonly #options: Options;
  readonly #writers: Writers;
  #read: Settings | undefined;

  static getProviderName(): string {
    return PROVIDER;
  }

  constructor(serverless: Serverless, options: Options, writers: Writers) {
    this.#serverless = serverless;
    this.#options = options;
    this.#writers = writers;
    this.provider = this;
    this.commands = commands;
    serverless.setProvider(PROVIDER, this);
    for (const [name, schema] of Object.entries(topLevelSchemas)) {
      serverless.configSchemaHandler.defineTopLevelProperty(name, schema);
    }
    serverless.configSchemaHandler.defineProvider(PROVIDER, providerSchema);
    this.hooks = {
      'before:package:createDeploymentArtifacts': this.#guard(() => this.#package()),
      'deploy:deploy': this.#guard(() => this.#deploy()),
      'info:info': this.#guard(() => this.#info()),
      'invoke:invoke': this.#guard(() => this.#invoke()),
      'invoke:local:invoke': this.#guard(() => this.#invokeLocal()),
      'logs:logs': this.#guard(() => this.#logs()),
      'remove:remove': this.#guard(() => this.#remove()),
      'replication:console:serve': this.#guard(() => this.#console()),
      'replication:status:show': this.#guard(() => this.#replication('status')),
      'replication:scan:start': this.#guard(() => this.#replication('scan')),
      'replication:pause:hold': this.#guard(() => this.#replication('pause')),
      'replication:resume:go': this.#guard(() => this.#replication('resume')),
      'replication:doctor:examine': this.#guard(() => this.#doctor()),
      'replication:rules:get:print': this.#guard(async () => getRules(await this.#api(), this.#about())),
      'replication:rules:put:store': this.#guard(async () =>
        putRules(await this.#api(), this.#about(), await this.#document()),
      ),
      'replication:rules:delete:remove': this.#guard(async () => deleteRules(await this.#api(), this.#about())),
      'replication:failures:list': this.#guard(async () =>
        showFailures(await this.#api(), {
          ...this.#about(),
          state: this.#text('state'),
          limit: this.#text('limit'),
        }),
      ),
      'replication:reattempt:start': this.#guard(async () =>
        reattemptWork(await this.#api(), { ...this.#about(), keys: this.#texts('key') }),
      ),
      'replication:preflight:try': this.#guard(async () => showPreflight(await this.#api(), this.#about())),
      'replication:dry-run:count': this.#guard(async () =>
        showDryRun(await this.#api(), this.#about(), await this.#document()),
      ),
      'replication:key:add:add': this.#guard(() => this.#keyAdd()),
      'replication:key:list:list': this.#guard(() => this.#keyList()),
      'replication:key:remove:remove': this.#guard(() => this.#keyRemove()),
      'replication:marker-key:rotate:rotate': this.#guard(() => this.#markerKeyRotate()),
    };
  }

  async #package(): Promise<void> {
    const settings = this.#settings();
    // What cannot be deployed fails here, before anything is compiled.
    desiredFunctions(settings);
    for (const declared of settings.functions) {
      const bundle = await this.#bundle(bundleOf(declared), settings);
      const entry = this.#serverless.service.functions[declared.key];
      if (entry !== undefined) entry.package = { individually: true, artifact: bundle.zipPath };
      this.#writers.writeText(`packaged ${bundle.name}: ${(bundle.size / 1000).toFixed(1)} kB`);
    }
  }

  async #deploy(): Promise<void> {
    const settings = this.#settings();
    const artifacts = new Map<string, Promise<Artifact>>();
    const artifact = (bundle: string) => {
      const found = artifacts.get(bundle) ?? this.#artifact(bundle);
      artifacts.set(bundle, found);
      return found;
    };
    if (this.#options['force'] !== true) checkDropped(await this.#progress(settings), settings);
    const platform = this.#platform();
    const credentials = readCredentials(process.env);
    const { endpoint } = settings;
    const cos = createCosClient({ credentials: () => credentials, endpoint });
    const cloud: Cloud = { ...platform, sdk: await createSdk(credentials, endpoint), cos, random: randomBytes };
    const progress = this.#writers.progress.create({ message: `Deploying to ${settings.region}` });
    try {
      await deploy(settings, cloud, artifact, this.#reporter());
    } finally {
      progress.remove();
    }
  }

  async #remove(): Promise<void> {
    const settings = this.#settings();
    if (this.#options['force'] !== true) checkIdle(await this.#progress(settings));
    await remove(settings, this.#platform(), this.#reporter());
  }

  #progress(settings: Settings): Promise<Progress> {
    const credentials = readCredentials(process.env);
    return readProgress(
      createCosClient({ credentials: () => credentials, endpoint: settings.endpoint }),
      settings.state,
    );
  }

  async #info(): Promise<void> {
    const info = await readInfo(this.#settings(), this.#platform().scf);
    this.#print(this.#options['json'] ? JSON.stringify(info) : formatInfo(info));
  }

  async #invoke(): Promise<void> {
    const { name } = this.#named(this.#settings());
    const result = await invoke(this.#platform().scf, name, await this.#event());
    this.#writers.log.notice(result.log.trimEnd());
    if (result.error !== '') throw new DeployError(`${name} failed: ${result.error}`, 'FUNCTION_ERROR');
    this.#print(result.answer);
  }

  async #invokeLocal(): Promise<void> {
    const settings = this.#settings();
    const desired = this.#named(settings);
    const bundle = await this.#bundle(desired.bundle, settings);
    const entry = path.join(path.dirname(bundle.zipPath), desired.bundle, 'index.js');
    const event: unknown = JSON.parse(await this.#event());
    const answer = await invokeLocal(desired, settings, readCredentials(process.env), event, entry);
    this.#print(JSON.stringify(answer ?? null));
  }

  async #logs(): Promise<void> {
    const { name } = this.#named(this.#settings());
    const query = { since: readStartTime(this.#text('startTime'), Date.now()), text: this.#text('filter') };
    const runs = await readLogs(this.#platform().scf, name, query);
    const nothing =
      query.since === undefined && query.text === undefined ? `${name} has not run yet.` : `No run of ${name} fits.`;
    this.#print(runs.length === 0 ? nothing : runs.join('\n'));
  }

  /** On a local cloud its endpoint is the API; else the function URL of what is deployed. */
  async #console(): Promise<void> {
    const settings = this.#settings();
    const info = settings.endpoint === undefined ? await readInfo(settings, this.#platform().scf) : undefined;
    const api = settings.endpoint ?? info?.functions.find(({ url }) => url !== undefined)?.url;
    if (api === undefined) {
      throw new DeployError('The API has no function URL yet: run "npx serverless deploy" first.', 'NOT_DEPLOYED');
    }
    const page = await buildPage(this.#serverless.serviceDir);
    const served = await serveConsole({ page, api, port: readPort(this.#text('port')) });
    this.#print(
      this.#options['json']
        ? JSON.stringify({ url: served.url, api })
        : `Console on ${served.url}\nIt talks to ${api}. Ctrl-C ends it.`,
    );
    await untilEnded();
    await served.close();
  }

  async #replication(action: Action): Promise<void> {
    await replicationAction(
      action,
      { ...(await this.#api()), sleep: (ms) => sleep(ms) },
      {
        ...this.#about(),
        destination: this.#text('destination'),
        prefix: this.#text('prefix'),
        rule: this.#text('rule'),
        wait: this.#options['wait'] === true,
      },
    );
  }

  async #doctor(): Promise<void> {
    const settings = this.#settings();
    const { endpoint, runtime } = settings;
    const credentials = readCredentials(process.env);
    // Apart from what was packaged: a later deployment may take that.
    const output = await mkdtemp(path.join(tmpdir(), 'doctor-'));
    const bundled = new Map<string, Promise<Artifact>>();
    const bundle = async (name: string): Promise<Artifact> => {
      const { zipPath } = await bundleFunction(name, { root: this.#serverless.serviceDir, output, runtime });
      return artifactOf(await readFile(zipPath));
    };
    try {
      await reportExamination(
        {
          ...this.#platform(),
          settings,
          sdk: await createSdk(credentials, endpoint),
          cos: createCosClient({ credentials: () => credentials, endpoint }),
          keys: this.#keys(settings),
          artifactOf: (name) => {
            const artifact = bundled.get(name) ?? bundle(name);
            bundled.set(name, artifact);
            return artifact;
          },
          cosTime: (place) => askCosTime(place, endpoint),
          now: Date.now,
        },
        (text) => this.#print(text),
        this.#options['json'] === true,
      );
    } finally {
      await rm(output, { recursive: true, force: true });
    }
  }

  /** What the deployed API is asked with. */
  async #api(): Promise<ApiDeps> {
    const settings = this.#settings();
    const { functions } = await readInfo(settings, this.#platform().scf);
    const url = functions.map((one) => one.url).find((address) => address !== undefined);
    if (url === undefined)
      throw new DeployError('The API has not been deployed: run "npx serverless deploy".', 'NO_API');
    const address = { url, endpoint: settings.endpoint };
    return { settings, keys: this.#keys(settings), address, print: (text) => this.#print(text) };
  }

  /** The options that all commands about a source have. */
  #about(): { readonly bucket: string | undefined; readonly json: boolean } {
    return { bucket: this.#text('bucket'), json: this.#options['json'] === true };
  }

  /** Bytes of the file that `--file` names; `-` is stdin. */
  async #document(): Promise<Uint8Array> {
    const file = this.#text('file') ?? '-';
    if (file === '-') return buffer(process.stdin);
    return readFile(file).catch((cause: unknown) => {
      throw new DeployError(`${file} cannot be read: name a file with the rules in XML.`, 'NO_FILE', cause);
    });
  }

  async #keyAdd(): Promise<void> {
    const settings = this.#settings();
    const key = await addKey(this.#keys(settings), settings, {
      buckets: this.#text('buckets'),
      destinations: this.#text('destinations'),
      rights: this.#text('rights'),
    });
    this.#print(this.#options['json'] ? JSON.stringify(key) : formatKey(key));
  }

  async #keyList(): Promise<void> {
    const keys = await this.#keys(this.#settings()).list();
    this.#print(this.#options['json'] ? keysJson(keys) : formatKeys(keys));
  }

  async #keyRemove(): Promise<void> {
    const id = this.#text('id') ?? '';
    await removeKey(this.#keys(this.#settings()), id);
    this.#print(`key ${id}: removed`);
  }

  async #markerKeyRotate(): Promise<void> {
    this.#print(await rotateMarker(this.#settings(), readCredentials(process.env)));
  }

  #keys(settings: Settings): ReturnType<typeof openKeyStore> {
    return openKeyStore(settings, readCredentials(process.env));
  }

  /** Read once: a command asks for them several times. */
  #settings(): Settings {
    this.#read ??= this.#readSettings();
    return this.#read;
  }

  #readSettings(): Settings {
    const { service, serviceDir, configurationInput, configurationFilename } = this.#serverless;
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

  #platform(): Pick<Cloud, 'api' | 'scf'> {
    const { region, endpoint } = this.#settings();
    const wait = (ms: number) => sleep(ms);
    const api = createCloudApi({
      credentials: readCredentials(process.env),
      region,
      endpoint,
      now: Date.now,
      sleep: wait,
    });
    return { api, scf: createScf(api, wait) };
  }

  #bundle(name: string, settings: Settings): ReturnType<typeof bundleFunction> {
    const { serviceDir } = this.#serverless;
    return bundleFunction(name, { root: serviceDir, output: this.#packagePath(), runtime: settings.runtime });
  }

  async #artifact(bundle: string): Promise<Artifact> {
    const zipPath = path.join(this.#packagePath(), `${bundle}.zip`);
    const bytes = await readFile(zipPath).catch((cause: unknown) => {
      throw new DeployError(`${zipPath} is missing: run "npx serverless package" first.`, 'NO_ARTIFACT', cause);
    });
    return artifactOf(bytes);
  }

  #packagePath(): string {
    const { serviceDir, service } = this.#serverless;
    return path.resolve(serviceDir, this.#text('package') ?? service.package.path ?? '.serverless');
  }

  /** The function that `-f` names. */
  #named(settings: Settings): DesiredFunction {
    const functions = desiredFunctions(settings);
    const key = this.#text('function');
    const found = functions.find((desired) => desired.key === key || desired.name === key);
    if (found !== undefined) return found;
    const known = functions.map((desired) => desired.key).join(', ');
    throw new DeployError(`There is no function ${key}: use -f with one of ${known}.`, 'NO_FUNCTION');
  }

  /** JSON text of `--data` or of the file that `--path` names. */
  async #event(): Promise<string> {
    const file = this.#text('path');
    const text = file === undefined ? (this.#text('data') ?? '{}') : await readFile(file, 'utf8');
    try {
      JSON.parse(text);
    } catch (cause) {
      throw new DeployError('The event is not JSON: quote it, for example -d \'{"key":"value"}\'.', 'BAD_EVENT', cause);
    }
    return text;
  }

  #text(option: string): string | undefined {
    const value = this.#options[option];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  /** An option that may be given often; the CLI gives a single one as text. */
  #texts(option: string): readonly string[] {
    const value = this.#options[option];
    if (typeof value === 'string') return [value];
    return Array.isArray(value) ? value.filter((text): text is string => typeof text === 'string') : [];
  }

  #print(text: string): void {
    this.#writers.writeText(text);
  }

  #reporter(): Reporter {
    return { line: (text) => this.#print(text), warn: (text) => this.#writers.log.warning(text) };
  }

  /** The CLI shows its own error class as one sentence, and every other with a stack trace. */
  #guard(run: () => Promise<void>): () => Promise<void> {
    return async () => {
      try {
        await run();
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        throw new this.#serverless.classes.Error(explain(error), error.code);
      }
    };
  }
}
