import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { localAddress } from '../cloud/local-address.ts';
import type { ApiDeps } from '../commands/ask.ts';
import { adviseDestination, showAtDestination } from '../commands/at-destination.ts';
import { readPort, serveConsole, untilEnded } from '../commands/console.ts';
import { canvasOf } from '../commands/drawing.ts';
import { showDryRun } from '../commands/dry-run.ts';
import { readInfo } from '../commands/info.ts';
import { addKey, formatKey, formatKeys, keysJson, removeKey, rotateMarker } from '../commands/keys.ts';
import { showPreflight } from '../commands/preflight.ts';
import { replicationAction, type Action } from '../commands/replication.ts';
import { deleteRules, getRules, putRules } from '../commands/rules.ts';
import { showVerify } from '../commands/verify.ts';
import { reattemptWork, showFailures } from '../commands/work.ts';
import type { Context } from '../context.ts';
import { askCosTime } from '../doctor/cos-time.ts';
import { askDomain } from '../doctor/domains.ts';
import { reportExamination } from '../doctor/doctor.ts';
import { DeployError } from '../error.ts';
import { bundleFunction } from '../functions/bundle.ts';
import { buildPage } from '../functions/page.ts';
import { artifactOf } from '../functions/zip.ts';
import type { Artifact } from '../types.ts';
import type { Hooks } from './types.ts';

/** `npx serverless replication …` */
export function replicationHooks(context: Context): Hooks {
  const { text, texts } = context;
  /** The common options of the commands about a source. */
  const about = () => ({ bucket: text('bucket'), json: context.flag('json') });
  const action = (name: Action) => () => act(context, name);
  return {
    'replication:status:show': () => (context.flag('at-destination') ? atDestination(context) : status(context)),
    'replication:scan:start': action('scan'),
    'replication:verify:compare': () => verify(context),
    'replication:pause:hold': action('pause'),
    'replication:resume:go': action('resume'),
    'replication:rules:get:print': async () => getRules(await apiOf(context), about()),
    'replication:rules:put:store': async () => putRules(await apiOf(context), about(), await document(context)),
    'replication:rules:delete:remove': async () => deleteRules(await apiOf(context), about()),
    'replication:failures:list': async () =>
      showFailures(await apiOf(context), { ...about(), state: text('state'), limit: text('limit') }),
    'replication:reattempt:start': async () => reattemptWork(await apiOf(context), { ...about(), keys: texts('key') }),
    'replication:preflight:try': async () => showPreflight(await apiOf(context), about()),
    'replication:dry-run:count': async () => showDryRun(await apiOf(context), about(), await document(context)),
    'replication:doctor:examine': () => doctor(context),
    'replication:console:serve': () => serve(context),
    'replication:key:add:add': () => keyAdd(context),
    'replication:key:list:list': async () => {
      const keys = await context.keys().list();
      context.print(context.flag('json') ? keysJson(keys) : formatKeys(keys));
    },
    'replication:key:remove:remove': async () => {
      const id = text('id') ?? '';
      await removeKey(context.keys(), id);
      context.print(`key ${id}: removed`);
    },
    'replication:marker-key:rotate:rotate': async () =>
      context.print(await rotateMarker(context.settings(), context.cos())),
  };
}

async function act(context: Context, action: Action): Promise<void> {
  const { text } = context;
  await replicationAction(action, await followingOf(context), {
    bucket: text('bucket'),
    json: context.flag('json'),
    destination: text('destination'),
    prefix: text('prefix'),
    rule: text('rule'),
    properties: context.flag('properties'),
    wait: context.flag('wait'),
  });
}

async function status(context: Context): Promise<void> {
  await act(context, 'status').catch((error: unknown) => {
    throw adviseDestination(error);
  });
}

/** Sends no request to the source's region, which may be down. */
async function atDestination(context: Context): Promise<void> {
  const { text, flag, print } = context;
  await showAtDestination(
    { settings: context.settings(), cos: context.cos(), now: Date.now, print },
    { bucket: text('bucket'), destination: text('destination'), statusKey: text('status-key'), json: flag('json') },
  );
}

async function verify(context: Context): Promise<void> {
  const { text, flag } = context;
  await showVerify(await followingOf(context), {
    bucket: text('bucket'),
    json: flag('json'),
    destination: text('destination'),
    prefix: text('prefix'),
    upTo: text('up-to'),
    deep: flag('deep'),
    limit: text('limit'),
  });
}

/** The means to call the deployed API until something has ended, and to show its progress. */
const followingOf = async (context: Context) => ({
  ...(await apiOf(context)),
  sleep: context.sleep,
  canvas: canvasOf(process.stdout, process.env['TERM']),
});

/** The means to call the deployed API. */
async function apiOf(context: Context): Promise<ApiDeps> {
  const settings = context.settings();
  const address = { url: await urlOfApi(context), endpoint: settings.endpoint };
  return { settings, keys: context.keys(), address, print: context.print };
}

async function urlOfApi(context: Context): Promise<string> {
  const { functions } = await readInfo(context.settings(), context.platform());
  const url = functions.map((one) => one.url).find((address) => address !== undefined);
  if (url === undefined) throw new DeployError('The API has not been deployed: run "npx serverless deploy".', 'NO_API');
  return url;
}

/** Bytes of the file that `--file` names; `-` is stdin. */
async function document({ text }: Context): Promise<Uint8Array> {
  const file = text('file') ?? '-';
  if (file === '-') return buffer(process.stdin);
  return readFile(file).catch((cause: unknown) => {
    throw new DeployError(`${file} cannot be read: name a file with the rules in XML.`, 'NO_FILE', cause);
  });
}

async function keyAdd(context: Context): Promise<void> {
  const { text } = context;
  const texts = { buckets: text('buckets'), destinations: text('destinations'), rights: text('rights') };
  const key = await addKey(context.keys(), context.settings(), texts);
  context.print(context.flag('json') ? JSON.stringify(key) : formatKey(key));
}

async function serve(context: Context): Promise<void> {
  const url = await urlOfApi(context);
  const api = (await localAddress(context.settings().endpoint, url)) ?? url;
  const page = await buildPage(context.serverless.serviceDir);
  const served = await serveConsole({ page, api, port: readPort(context.text('port')) });
  context.print(
    context.flag('json')
      ? JSON.stringify({ url: served.url, api })
      : `Console on ${served.url}\nIt talks to ${api}. Ctrl-C ends it.`,
  );
  await untilEnded();
  await served.close();
}

async function doctor(context: Context): Promise<void> {
  const settings = context.settings();
  const { endpoint, runtime } = settings;
  // Not the folder of packages, which a later deployment may use.
  const output = await mkdtemp(path.join(tmpdir(), 'doctor-'));
  const bundled = new Map<string, Promise<Artifact>>();
  const bundle = async (name: string): Promise<Artifact> => {
    const { zipPath } = await bundleFunction(name, { root: context.serverless.serviceDir, output, runtime });
    return artifactOf(await readFile(zipPath));
  };
  const deps = {
    ...context.platform(),
    settings,
    sdk: await context.sdk(),
    cos: context.cos(),
    keys: context.keys(),
    artifactOf: (name: string) => {
      const artifact = bundled.get(name) ?? bundle(name);
      bundled.set(name, artifact);
      return artifact;
    },
    cosTime: (place: { bucket: string; region: string }) => askCosTime(place, endpoint),
    askDomain: (name: string) => askDomain(name, endpoint),
    now: Date.now,
  };
  try {
    await reportExamination(deps, context.print, context.flag('json'));
  } finally {
    await rm(output, { recursive: true, force: true });
  }
}
