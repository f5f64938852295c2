import { desiredFunctions } from '../functions/desired.ts';
import type { Scf } from '../cloud/scf.ts';
import { describeTrigger, readTrigger, urlOf } from '../functions/triggers.ts';
import type { Settings } from '../types.ts';

interface FunctionInfo {
  /** As `-f` takes it. */
  readonly key: string;
  readonly name: string;
  /** `Active`, or `missing` when it has not been deployed. */
  readonly status: string;
  /** For a person: `cos photos-1250000000 cos:ObjectCreated:*`. */
  readonly triggers: readonly string[];
  /** Its function URL. */
  readonly url?: string;
}

export interface Info {
  readonly service: string;
  readonly stage: string;
  readonly region: string;
  readonly stateBucket: string;
  readonly functions: readonly FunctionInfo[];
}

/** What is deployed, read from the cloud. */
export async function readInfo(settings: Settings, scf: Scf): Promise<Info> {
  const functions: FunctionInfo[] = [];
  for (const { key, name } of desiredFunctions(settings)) functions.push(await readFunction(key, name, scf));
  const { service, stage, region, state } = settings;
  return { service, stage, region, stateBucket: state.bucket, functions };
}

export function formatInfo(info: Info): string {
  const width = Math.max(...info.functions.map(({ name }) => name.length));
  return [
    `service: ${info.service}   stage: ${info.stage}   region: ${info.region}`,
    `state bucket: ${info.stateBucket}`,
    'functions:',
    ...info.functions.flatMap(({ name, status, triggers, url }) => [
      `  ${name.padEnd(width)}  ${status}`,
      ...triggers.map((trigger) => `    ${trigger}`),
      ...(url === undefined ? [] : [`    function URL: ${url}`]),
    ]),
  ].join('\n');
}

async function readFunction(key: string, name: string, scf: Scf): Promise<FunctionInfo> {
  const found = await scf.get(name);
  if (found === undefined) return { key, name, status: 'missing', triggers: [] };
  const listed = await scf.triggers(name);
  const url = listed.map(urlOf).find((address) => address !== undefined);
  const triggers = listed.map((entry) => {
    const trigger = readTrigger(entry);
    return trigger === undefined ? `${entry.Type} ${entry.TriggerName}` : describeTrigger(trigger);
  });
  return { key, name, status: found.Status, triggers, ...(url === undefined ? {} : { url }) };
}
