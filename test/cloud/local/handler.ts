import * as z from 'zod';
import type { Addresses } from '../addresses.ts';
import type { Core, CoreEvent } from '../cos/index.ts';
import { parseFaultRules } from '../faults/index.ts';
import type { FaultControl } from '../faults/index.ts';
import type { FunctionId, Scf } from '../scf/index.ts';
import type { CloudRequest, CloudResponse, Handler } from '../types.ts';
import { changeSwitches } from './switches.ts';

export interface LocalOptions {
  readonly core: Core;
  readonly scf: Scf;
  readonly faults: FaultControl;
  readonly sourceRegion: string;
  readonly addresses: Pick<Addresses, 'list'>;
}

/** Events kept for `/_local/events`. */
const RECENT_EVENTS = 1000;
const DAY = 86_400_000;
const LARGEST_BODY = 1024 ** 2;

type Action = (request: CloudRequest) => Promise<unknown>;

/**
 * `/_local/…`: controls and shows the local cloud itself, unsigned JSON for the person or test that started it. Returns
 * a handler for the path behind `/_local`.
 */
export function createLocalHandler({
  core,
  scf,
  faults,
  sourceRegion,
  addresses,
}: LocalOptions): (path: string) => Handler {
  const events: CoreEvent[] = [];
  core.onEvent((event) => {
    events.push(event);
    if (events.length > RECENT_EVENTS) events.shift();
  });
  const functions = () => allFunctions(core, scf, sourceRegion);

  const actions: Readonly<Record<string, Readonly<Record<string, Action>>>> = {
    '/faults': {
      GET: async () => faults.status(),
      PUT: async (request) => {
        faults.set(parseFaultRules(await readJson(request)));
        return faults.status();
      },
      DELETE: async () => {
        faults.clear();
        return faults.status();
      },
    },
    '/switches': {
      GET: async () => core.switches,
      PUT: async (request) => {
        changeSwitches(core.switches, await readJson(request));
        return core.switches;
      },
    },
    // Runs the lifecycles of all buckets, as they would act after this many days more.
    '/lifecycle': {
      POST: async (request) => core.runLifecycle({ ahead: daysFrom(await readJson(request)) * DAY }),
    },
    '/events': { GET: async () => events },
    '/functions': {
      GET: async () =>
        functions().map((info) => ({ ...info, triggers: scf.listTriggers(info.id), config: withoutSecrets(info) })),
    },
    // Every function URL with an address that needs no name: all but the first have ports of their own.
    '/addresses': { GET: async () => addresses.list() },
    '/logs': { GET: async () => functions().flatMap(({ id }) => scf.logs(id)) },
    '/state': { GET: async () => ({ buckets: core.listBuckets(), switches: core.switches, scf: scf.counters() }) },
    // Answers when no function runs, waits or is to be tried again.
    '/idle': {
      GET: async () => {
        await scf.idle();
        return scf.counters();
      },
    },
  };

  return (path) => async (request) => {
    const methods = Object.hasOwn(actions, path) ? actions[path] : undefined;
    if (methods === undefined) return json(404, { error: `there is no /_local${path}`, paths: Object.keys(actions) });
    const action = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
    if (action === undefined) return json(405, { error: `use ${Object.keys(methods).join(', ')}` });
    try {
      return json(200, await action(request));
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof TypeError) return json(400, { error: error.message });
      throw error;
    }
  };
}

function allFunctions(core: Core, scf: Scf, sourceRegion: string) {
  const regions = new Set([sourceRegion, ...core.listBuckets().map(({ region }) => region)]);
  for (const name of Object.keys(scf.counters().functions)) regions.add(name.split('/', 1)[0] ?? sourceRegion);
  const namespaces = new Set(['default', ...scf.functionUrls().map(({ id }: { id: FunctionId }) => id.namespace)]);
  return [...regions].flatMap((region) => [...namespaces].flatMap((namespace) => scf.listFunctions(region, namespace)));
}

/** An environment may hold secrets of its owner. */
function withoutSecrets({ config }: { readonly config: { readonly environment: object } }) {
  return { ...config, environment: Object.keys(config.environment) };
}

function daysFrom(body: unknown): number {
  const parsed = z.strictObject({ days: z.number().min(0) }).safeParse(body);
  if (!parsed.success) throw new TypeError(`not a number of days: ${z.prettifyError(parsed.error)}`);
  return parsed.data.days;
}

async function readJson(request: CloudRequest): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw new TypeError('the body is too large');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

function json(status: number, value: unknown): CloudResponse {
  return { status, headers: [['Content-Type', 'application/json']], body: `${JSON.stringify(value)}\n` };
}
