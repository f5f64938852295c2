import { randomBytes } from 'node:crypto';
import { createAddresses } from './addresses.ts';
import { createCloudApi } from './api/index.ts';
import { createBlobStore, createCore } from './cos/index.ts';
import type { BlobStore, Core, Switches } from './cos/index.ts';
import { createFaults } from './faults/index.ts';
import type { FaultControl } from './faults/index.ts';
import { createCosHandler, listen, route } from './http/index.ts';
import type { Account, Destination } from './http/index.ts';
import { createLocalHandler } from './local/index.ts';
import { accessOf, createCam, createScf } from './scf/index.ts';
import type { Cam, FunctionId, Scf, ScfOptions, ScfSwitches } from './scf/index.ts';
import type { CloudRequest, CloudResponse, Handler, KeyPair } from './types.ts';

/** How the platform behaves, in the platform's own terms. */
type PlatformOptions = Pick<ScfOptions, 'retryDelayMs' | 'maxInstances' | 'idleMs' | 'transitionMs' | 'timerScale'>;

export interface CloudOptions extends PlatformOptions {
  /** On 127.0.0.1; 0, the default, picks a free one. */
  readonly port?: number;
  readonly appid?: string;
  /** Of the root account. */
  readonly uin?: string;
  /** Region whose API function answers on 127.0.0.1 itself. */
  readonly sourceRegion?: string;
  /** The root account's key pair; by default a new one at every start. */
  readonly keys?: { readonly secretId: string; readonly secretKey: string };
  readonly switches?: Partial<Switches> & Partial<ScfSwitches>;
  /** Further accounts beside the functions' own, with their own buckets, keys and roles. */
  readonly otherAccounts?: readonly Account[];
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** In [0, 1). */
  readonly random?: () => number;
  /** Seed of the probabilities in fault rules. */
  readonly seed?: number;
  /** Called with errors that no answer can report; by default they are printed to stderr. */
  readonly onError?: (error: unknown) => void;
}

export interface LocalAccount extends Account {
  /** The root account's key pair. */
  readonly secretId: string;
  readonly secretKey: string;
  readonly cam: Cam;
}

export interface LocalCloud {
  /** `http://127.0.0.1:PORT`; also usable as `http_proxy`. */
  readonly endpoint: string;
  readonly port: number;
  readonly appid: string;
  readonly uin: string;
  readonly secretId: string;
  readonly secretKey: string;
  readonly core: Core;
  readonly blobs: BlobStore;
  readonly cam: Cam;
  readonly scf: Scf;
  readonly faults: FaultControl;
  /** In the order of `otherAccounts`. */
  readonly otherAccounts: readonly LocalAccount[];
  /** Ends connections and function processes and removes every temporary folder. */
  close(): Promise<void>;
}

/**
 * Starts a local Tencent cloud: COS, SCF, CAM and the cloud API on one port, told apart by Host.
 *
 * @throws Error when the port is taken.
 */
export async function startCloud(options: CloudOptions = {}): Promise<LocalCloud> {
  const { appid = '1250000000', uin = '100000000001', sourceRegion = 'ap-guangzhou' } = options;
  const { now = Date.now, random = Math.random, onError = (error) => console.error(error) } = options;
  const { switches = {} } = options;
  const keys = options.keys ?? freshPair();
  const root: KeyPair = { ...keys, principal: { kind: 'root', uin } };

  const core = createCore({ now, random, switches });
  const blobs = createBlobStore();
  const faults = createFaults(options.seed === undefined ? {} : { seed: options.seed });
  const cam = createCam({ appid, uin, root, now, random });
  const otherAccounts = (options.otherAccounts ?? []).map((account) => openAccount(account, { now, random }));
  const access = accessOf([cam, ...otherAccounts.map((other) => other.cam)]);
  const accounts = [{ appid, uin }, ...(options.otherAccounts ?? [])];
  const scf = createScf({
    ...platformOptions(options),
    appid,
    uin,
    core,
    cam,
    now,
    random,
    faults,
    switches,
  });
  let ownPort = 0;
  const endpoint = (): string => `http://127.0.0.1:${ownPort}`;
  const addresses = createAddresses({ scf, first: () => apiOf(sourceRegion, scf), endpoint, onError });
  const closeAll = async (): Promise<void> => {
    await addresses.close();
    await scf.close();
    await blobs.close();
  };

  const services: Services = {
    cos: createCosHandler({ core, blobs, access, faults, now, accounts, onError }),
    api: createCloudApi({ scf, cam, now, random, faults }),
    local: createLocalHandler({ core, scf, faults, sourceRegion, addresses }),
    scf,
  };
  const handler: Handler = (request) => dispatch(request, services, sourceRegion);
  let listener;
  try {
    listener = await listen(handler, { port: options.port ?? 0, onError });
  } catch (error) {
    await closeAll();
    throw error;
  }
  const { port } = listener;
  ownPort = port;
  let closed: Promise<void> | undefined;

  return {
    endpoint: endpoint(),
    port,
    appid,
    uin,
    ...keys,
    core,
    blobs,
    cam,
    scf,
    faults,
    otherAccounts,
    close: () => (closed ??= listener.close().then(closeAll)),
  };
}

function openAccount(account: Account, { now, random }: { now: () => number; random: () => number }): LocalAccount {
  const keys = freshPair();
  const root: KeyPair = { ...keys, principal: { kind: 'root', uin: account.uin } };
  return { ...account, ...keys, cam: createCam({ ...account, root, now, random }) };
}

function platformOptions({
  retryDelayMs,
  maxInstances,
  idleMs,
  transitionMs,
  timerScale,
}: CloudOptions): PlatformOptions {
  const all = { retryDelayMs, maxInstances, idleMs, transitionMs, timerScale };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

interface Services {
  readonly cos: Handler;
  readonly api: Handler;
  readonly local: (path: string) => Handler;
  readonly scf: Scf;
}

async function dispatch(request: CloudRequest, services: Services, sourceRegion: string): Promise<CloudResponse> {
  const { host, rawPath, headers } = request;
  const hasCloudAction = headers.some(([name]) => name === 'x-tc-action');
  const destination = route({ host, rawPath, hasCloudAction }, sourceRegion);
  // A bound domain takes precedence over those that this cloud has for its API from the start.
  const bound =
    destination.kind === 'unknown' || destination.kind === 'api' ? services.scf.serveDomain(request) : undefined;
  if (bound !== undefined) return bound;
  switch (destination.kind) {
    case 'cos':
      return services.cos(request);
    case 'cloud-api':
      return services.api(request);
    case 'function-url':
      return services.scf.serve(request);
    case 'local':
      return services.local(destination.path)(request);
    case 'api':
      return serveApi(request, destination, services.scf);
    default:
      return plain(404, `This local cloud has nothing at ${host}.`);
  }
}

/** A custom domain stands for the only function of its region that has a URL. */
async function serveApi(
  request: CloudRequest,
  { region }: Destination & { kind: 'api' },
  scf: Scf,
): Promise<CloudResponse> {
  const api = apiOf(region, scf);
  if (api === undefined) return plain(404, `No function with a URL is deployed in ${region}.`);
  return scf.serveFunction(api, request);
}

function apiOf(region: string, scf: Scf): FunctionId | undefined {
  const found = scf.functionUrls().filter(({ id }) => id.region === region);
  return (found.find(({ id }) => /(?:^|[-_])api$/.test(id.name)) ?? found[0])?.id;
}

function plain(status: number, text: string): CloudResponse {
  return { status, headers: [['Content-Type', 'text/plain; charset=utf-8']], body: `${text}\n` };
}

function freshPair(): { secretId: string; secretKey: string } {
  // Lengths and letters of a real pair, so that it passes the form check of a client.
  const letters = (bytes: number) => randomBytes(bytes).toString('base64url').replaceAll(/[-_]/g, 'x');
  return { secretId: `AKID${letters(24)}`, secretKey: letters(24) };
}
