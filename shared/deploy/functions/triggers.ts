import type { ListedTrigger } from '../cloud/scf.ts';
import type { Trigger } from '../types.ts';

export interface TriggerDiff {
  readonly create: readonly Trigger[];
  readonly remove: readonly ListedTrigger[];
}

/** `$DEFAULT` is the alias that SCF recommends for triggers. Unless somebody moves it, it is the deployed code. */
export const QUALIFIER = '$DEFAULT';

/** Two triggers with one identity are the same trigger. */
function identity(trigger: Trigger): string {
  if (trigger.type === 'timer') return JSON.stringify(['timer', trigger.name, trigger.cron]);
  if (trigger.type === 'http') return JSON.stringify(['http', trigger.auth]);
  const { bucket, region, event, prefix, suffix } = trigger;
  return JSON.stringify(['cos', bucket, region, event, prefix, suffix]);
}

/** Parameters of CreateTrigger, without the function. */
export function creation(trigger: Trigger): Record<string, unknown> {
  return { Type: trigger.type, Enable: 'OPEN', Qualifier: QUALIFIER, ...nameAndDescription(trigger) };
}

function nameAndDescription(trigger: Trigger): { TriggerName: string; TriggerDesc: string } {
  if (trigger.type === 'timer') return { TriggerName: trigger.name, TriggerDesc: trigger.cron };
  if (trigger.type === 'http') {
    const desc = { AuthType: trigger.auth, NetConfig: { EnableExtranet: true, EnableIntranet: false } };
    // The platform chooses the effective name: http triggers are identified by their type, never by their name.
    return { TriggerName: 'url', TriggerDesc: JSON.stringify(desc) };
  }
  const { bucket, region, event, prefix, suffix } = trigger;
  return {
    TriggerName: `${bucket}.cos.${region}.myqcloud.com`,
    TriggerDesc: JSON.stringify({ event, filter: { Prefix: prefix, Suffix: suffix } }),
  };
}

/** Parameters of DeleteTrigger, without the function. COS triggers of one bucket differ only in TriggerDesc. */
export function deletion(listed: ListedTrigger): Record<string, unknown> {
  return {
    Type: listed.Type,
    TriggerName: listed.TriggerName,
    TriggerDesc: listed.TriggerDesc,
    ...(listed.Qualifier === undefined ? {} : { Qualifier: listed.Qualifier }),
  };
}

/** Undefined for a kind of trigger that this plugin neither makes nor changes. */
export function readTrigger(listed: ListedTrigger): Trigger | undefined {
  const desc = parse(listed.TriggerDesc);
  switch (listed.Type) {
    case 'cos': {
      const [, bucket, region] = /^([a-z0-9-]+)\.cos\.([a-z0-9-]+)\./.exec(listed.TriggerName) ?? [];
      const filter = record(desc['filter']);
      return {
        type: 'cos',
        bucket: bucket ?? listed.TriggerName,
        region: region ?? '',
        event: text(desc['event']),
        prefix: text(filter['Prefix']),
        suffix: text(filter['Suffix']),
      };
    }
    case 'timer':
      // SCF takes the bare cron text, but answers with an object.
      return { type: 'timer', name: listed.TriggerName, cron: text(desc['cron']) || listed.TriggerDesc };
    case 'http':
      return { type: 'http', auth: text(desc['AuthType']) };
    default:
      return undefined;
  }
}

/** The address of a function URL; undefined on other triggers. */
export function urlOf(listed: ListedTrigger): string | undefined {
  if (listed.Type !== 'http') return undefined;
  return text(record(parse(listed.TriggerDesc)['NetConfig'])['ExtranetUrl']) || undefined;
}

/**
 * The changes to the triggers of one function. A trigger cannot be changed in place, so a different one is deleted and
 * made anew. So is one that somebody switched off: the configuration decides.
 */
export function diffTriggers(desired: readonly Trigger[], listed: readonly ListedTrigger[]): TriggerDiff {
  const wanted = new Map(desired.map((trigger) => [identity(trigger), trigger]));
  const remove: ListedTrigger[] = [];
  for (const entry of listed) {
    const trigger = readTrigger(entry);
    if (trigger === undefined) continue;
    const enabled = entry.Enable !== 0 && entry.Enable !== 'CLOSE';
    // Deleting from the map also removes a second trigger of the same identity.
    if (!enabled || !wanted.delete(identity(trigger))) remove.push(entry);
  }
  return { create: [...wanted.values()], remove };
}

/** The trigger in readable form: `cos photos-1250000000 cos:ObjectCreated:*`. */
export function describeTrigger(trigger: Trigger): string {
  if (trigger.type === 'timer') return `timer ${trigger.name} (${trigger.cron})`;
  if (trigger.type === 'http') return `url (auth ${trigger.auth})`;
  return ['cos', trigger.bucket, trigger.event, trigger.prefix, trigger.suffix].filter(Boolean).join(' ');
}

function parse(json: string): Record<string, unknown> {
  try {
    return record(JSON.parse(json));
  } catch {
    // A timer's description is not JSON in every answer.
    return {};
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
