import { createHash } from 'node:crypto';
import { CosFailure } from '../cos/failure.ts';
import type { Core } from '../cos/calls.ts';
import { describeCosTrigger, overlaps, readCosTrigger } from './cos-trigger.ts';
import { parseCron } from './cron.ts';
import { CloudFailure } from './failure.ts';
import { keyOf } from './registry.ts';
import type { FunctionRecord, Registry } from './registry.ts';
import type { FunctionId, Trigger, TriggerRequest } from './types.ts';

const MAX_OF_A_TYPE = 10;
const MAX_OF_A_BUCKET = 10;
const MAX_ARGUMENT = 4096;

type CosTrigger = Extract<Trigger, { type: 'cos' }>;
type Common = Pick<Trigger, 'name' | 'enabled' | 'qualifier' | 'customArgument' | 'created'>;

export interface TriggerContext {
  readonly appid: string;
  readonly core: Core;
  readonly registry: Registry;
  now(): number;
}

/**
 * Checks a new trigger against everything that the platform refuses and adds it to the function. Throws `CloudFailure`.
 */
export function addTrigger(record: FunctionRecord, request: TriggerRequest, context: TriggerContext): Trigger {
  const trigger = readRequest(record, request, context);
  const same = record.triggers.filter(({ type }) => type === trigger.type);
  if (same.some((other) => sameTrigger(other, trigger))) {
    throw new CloudFailure('ResourceInUse.Trigger', `trigger ${trigger.name} exists`);
  }
  if (same.length >= MAX_OF_A_TYPE) {
    throw new CloudFailure('LimitExceeded.Trigger', `${MAX_OF_A_TYPE} triggers of type ${trigger.type} at most`);
  }
  if (trigger.type === 'cos') checkBucket(record.id, trigger, context);
  record.triggers.push(trigger);
  return trigger;
}

/** Finds the trigger that `DeleteTrigger` means and removes it. Throws `CloudFailure`. */
export function removeTrigger(
  record: FunctionRecord,
  wanted: { type: string; name?: string | undefined; description?: string | undefined; qualifier?: string | undefined },
): Trigger {
  const filter = wanted.type === 'cos' ? readCosTrigger(required(wanted.description)) : undefined;
  const index = record.triggers.findIndex(
    (trigger) =>
      trigger.type === wanted.type &&
      (wanted.qualifier === undefined || trigger.qualifier === wanted.qualifier) &&
      // The platform itself names an http trigger.
      (trigger.type === 'http' || trigger.name === wanted.name) &&
      (trigger.type !== 'cos' || (filter !== undefined && describeCosTrigger(filter) === trigger.description)),
  );
  const [removed] = index < 0 ? [] : record.triggers.splice(index, 1);
  if (!removed) throw new CloudFailure('ResourceNotFound.Trigger', `no such ${wanted.type} trigger: ${wanted.name}`);
  return removed;
}

function readRequest(record: FunctionRecord, request: TriggerRequest, context: TriggerContext): Trigger {
  const { type, name = '', description, enabled = true, qualifier = '$LATEST', customArgument = '' } = request;
  context.registry.revision(record, qualifier);
  if (Buffer.byteLength(customArgument) > MAX_ARGUMENT) {
    throw new CloudFailure('InvalidParameterValue.CustomArgument', 'CustomArgument is longer than 4 KB');
  }
  const common: Common = { name, enabled, qualifier, customArgument, created: context.now() };
  switch (type) {
    case 'cos':
      return readCos(record.id, description, common);
    case 'timer':
      return readTimer(description, common);
    case 'http':
      return readHttp(record.id, description, common, context.appid);
    default:
      throw new CloudFailure('InvalidParameterValue.Type', `trigger type ${type} is not available`);
  }
}

function readCos({ region }: FunctionId, description: string, common: Common): Trigger {
  const [, bucket, bucketRegion] = /^([a-z\d-]+-\d+)\.cos\.([a-z\d-]+)\.myqcloud\.com$/.exec(common.name) ?? [];
  if (!bucket) throw badName(`${common.name} is not <bucket-appid>.cos.<region>.myqcloud.com`);
  if (bucketRegion !== region)
    throw badName(`bucket in ${bucketRegion}, function in ${region}: must be the same region`);
  const filter = readCosTrigger(description);
  return { ...common, type: 'cos', description: describeCosTrigger(filter), bucket, filter };
}

function readTimer(description: string, common: Common): Trigger {
  if (!/^[\w-]{1,60}$/.test(common.name)) throw badName('the name of a timer has 1 to 60 letters, digits, - and _');
  const cron = description.trim();
  try {
    parseCron(cron);
  } catch (error) {
    throw badDescription(error instanceof Error ? error.message : String(error));
  }
  return { ...common, type: 'timer', description: JSON.stringify({ cron }), cron };
}

/** The address of a function URL belongs to the function for good: it is the same when the trigger is made again. */
function readHttp(id: FunctionId, description: string, common: Common, appid: string): Trigger {
  let parsed: unknown;
  try {
    parsed = JSON.parse(description);
  } catch {
    throw badDescription('it is not JSON');
  }
  const fields = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as Record<string, unknown>;
  const auth = fields['AuthType'];
  if (auth !== 'NONE' && auth !== 'CAM') throw badDescription('AuthType is NONE or CAM');
  const digest = createHash('sha256')
    .update(`${keyOf(id)}:${common.qualifier}`)
    .digest();
  const urlId = [...digest.subarray(0, 10)].map((byte) => String.fromCharCode(97 + (byte % 26))).join('');
  const host = `${appid}-${urlId}.${id.region}.tencentscf.com`;
  const net = { EnableIntranet: false, EnableExtranet: true, ExtranetUrl: `https://${host}` };
  const described = { ...fields, AuthType: auth, NetConfig: net };
  return { ...common, type: 'http', description: JSON.stringify(described), host, auth };
}

function sameTrigger(a: Trigger, b: Trigger): boolean {
  if (a.type === 'http') return a.qualifier === b.qualifier;
  return a.name === b.name && (a.type === 'timer' || a.description === b.description);
}

function checkBucket({ region }: FunctionId, trigger: CosTrigger, { core, registry }: TriggerContext): void {
  try {
    core.headBucket(trigger.bucket, region);
  } catch (error) {
    if (!(error instanceof CosFailure)) throw error;
    throw new CloudFailure('ResourceNotFound.Cos', `bucket ${trigger.bucket} in ${region}: ${error.code}`);
  }
  const bound = registry
    .all()
    .flatMap(({ id, triggers }) => (id.region === region ? triggers : []))
    .filter((other): other is CosTrigger => other.type === 'cos' && other.bucket === trigger.bucket);
  if (bound.some((other) => overlaps(other.filter, trigger.filter))) {
    throw new CloudFailure(
      'InvalidParameterValue.CosNotifyRuleConflict',
      `${trigger.description} overlaps a trigger that ${trigger.bucket} already has`,
    );
  }
  if (bound.length >= MAX_OF_A_BUCKET) {
    throw new CloudFailure('LimitExceeded.Trigger', `${MAX_OF_A_BUCKET} triggers on a bucket at most`);
  }
}

function required(description: string | undefined): string {
  if (description) return description;
  throw badDescription('DeleteTrigger needs it to tell the COS triggers of one bucket apart');
}

function badName(why: string): CloudFailure {
  return new CloudFailure('InvalidParameterValue.TriggerName', `TriggerName: ${why}`);
}

function badDescription(why: string): CloudFailure {
  return new CloudFailure('InvalidParameterValue.TriggerDesc', `TriggerDesc: ${why}`);
}
