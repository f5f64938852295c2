import manifest from '../../../package.json' with { type: 'json' };
import { desiredFunctions } from '../functions/desired.ts';
import { codeOf } from '../functions/diff.ts';
import type { CloudApi } from '../cloud/cloud-api.ts';
import { domainsOf } from '../domains/domains.ts';
import type { Scf } from '../cloud/scf.ts';
import { describeTrigger, readTrigger, urlOf } from '../functions/triggers.ts';
import type { Settings } from '../types.ts';

const CODE_SHOWN = 12;
const { version: VERSION } = manifest;

interface FunctionInfo {
  /** The name for `-f`. */
  readonly key: string;
  readonly name: string;
  /** `Active`, or `missing` when it has not been deployed. */
  readonly status: string;
  /** The triggers in readable form: `cos photos-1250000000 cos:ObjectCreated:*`. */
  readonly triggers: readonly string[];
  /** Its function URL. */
  readonly url?: string;
  /** Custom domains that lead to it: `https://replication.my-company.com`. */
  readonly domains?: readonly string[];
  /** First characters of the hash of its code. */
  readonly code?: string;
  /** Instances that are reserved for it, which is also the most that run at once; missing: none are. */
  readonly instances?: number;
}

export interface Info {
  readonly service: string;
  readonly stage: string;
  readonly region: string;
  readonly stateBucket: string;
  /** Release of this folder, not of the deployment, which `code` identifies. */
  readonly version: string;
  /** `http://127.0.0.1:PORT`: the function URL on a local cloud. */
  readonly localAddress?: string;
  readonly functions: readonly FunctionInfo[];
}

/** Reads the deployment from the cloud. */
export async function readInfo(
  settings: Settings,
  { api, scf }: { readonly api: CloudApi; readonly scf: Scf },
): Promise<Info> {
  const functions: FunctionInfo[] = [];
  for (const { key, name } of desiredFunctions(settings)) functions.push(await readFunction(key, name, { api, scf }));
  const { service, stage, region, state } = settings;
  return { service, stage, region, stateBucket: state.bucket, version: VERSION, functions };
}

export function formatInfo(info: Info): string {
  const width = Math.max(...info.functions.map(({ name }) => name.length));
  return [
    `service: ${info.service}   stage: ${info.stage}   region: ${info.region}`,
    `release: ${info.version}   state bucket: ${info.stateBucket}`,
    'functions:',
    ...info.functions.flatMap(({ name, status, triggers, url, domains, code, instances }) => [
      [
        `  ${name.padEnd(width)}  ${status}`,
        ...(code === undefined ? [] : [`code ${code}`]),
        ...(status === 'missing'
          ? []
          : [instances === undefined ? 'nothing reserved' : `${instances} instances reserved`]),
      ].join('  '),
      ...triggers.map((trigger) => `    ${trigger}`),
      ...(url === undefined ? [] : [`    function URL: ${url}`]),
      ...(url === undefined || info.localAddress === undefined
        ? []
        : [`    on this local cloud: ${info.localAddress}`]),
      ...(domains ?? []).map((domain) => `    custom domain: ${domain}`),
    ]),
  ].join('\n');
}

async function readFunction(
  key: string,
  name: string,
  { api, scf }: { readonly api: CloudApi; readonly scf: Scf },
): Promise<FunctionInfo> {
  const found = await scf.get(name);
  if (found === undefined) return { key, name, status: 'missing', triggers: [] };
  const listed = await scf.triggers(name);
  const url = listed.map(urlOf).find((address) => address !== undefined);
  const domains = url === undefined ? [] : await domainsOf(api, name);
  const triggers = listed.map((entry) => {
    const trigger = readTrigger(entry);
    return trigger === undefined ? `${entry.Type} ${entry.TriggerName}` : describeTrigger(trigger);
  });
  const code = codeOf(found)?.slice(0, CODE_SHOWN);
  const { ReservedMem: reserved = 0 } = await scf.call<{ ReservedMem?: number }>('GetReservedConcurrencyConfig', name);
  return {
    key,
    name,
    status: found.Status,
    triggers,
    ...(url === undefined ? {} : { url }),
    ...(domains.length === 0 ? {} : { domains }),
    ...(code === undefined ? {} : { code }),
    ...(reserved === 0 ? {} : { instances: Math.floor(reserved / found.MemorySize) }),
  };
}
