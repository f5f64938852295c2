import { describe, expect, it } from 'vitest';
import { creation, deletion, diffTriggers, urlOf } from '../../../../shared/deploy/functions/triggers.ts';
import type { ListedTrigger } from '../../../../shared/deploy/cloud/scf.ts';
import type { Trigger } from '../../../../shared/deploy/types.ts';

const cos: Trigger = {
  type: 'cos',
  bucket: 'photos-1250000000',
  region: 'ap-guangzhou',
  event: 'cos:ObjectCreated:*',
  prefix: '',
  suffix: '',
};
const timer: Trigger = { type: 'timer', name: 'minute', cron: '0 * * * * * *' };
const http: Trigger = { type: 'http', auth: 'NONE' };

/** As SCF answers: a timer's cron in an object, the address of a function URL, Enable as a number. */
const listed: Record<'cos' | 'timer' | 'http', ListedTrigger> = {
  cos: {
    Type: 'cos',
    TriggerName: 'photos-1250000000.cos.ap-guangzhou.myqcloud.com',
    TriggerDesc: '{"event":"cos:ObjectCreated:*","filter":{"Suffix":"","Prefix":""}}',
    Enable: 1,
    Qualifier: '$DEFAULT',
  },
  timer: { Type: 'timer', TriggerName: 'minute', TriggerDesc: '{"cron":"0 * * * * * *"}', Enable: 1 },
  http: {
    Type: 'http',
    TriggerName: 'a-name-of-the-platform',
    TriggerDesc:
      '{"AuthType":"NONE","NetConfig":{"EnableExtranet":true,"ExtranetUrl":"https://1250000000-abc.ap-guangzhou.tencentscf.com"}}',
    Enable: 1,
  },
};

describe('diffTriggers', () => {
  it('changes nothing when all triggers are right', () => {
    expect(diffTriggers([cos, timer, http], Object.values(listed))).toEqual({ create: [], remove: [] });
  });

  it('creates missing triggers and removes surplus ones', () => {
    expect(diffTriggers([cos], [listed.timer])).toEqual({ create: [cos], remove: [listed.timer] });
  });

  it.each([
    ['event', { ...cos, event: 'cos:ObjectRestore:Completed' }],
    ['prefix', { ...cos, prefix: 'tasks/' }],
    ['bucket', { ...cos, bucket: 'other-1250000000' }],
  ])('replaces a COS trigger with another %s', (_, wanted) => {
    expect(diffTriggers([wanted], [listed.cos])).toEqual({ create: [wanted], remove: [listed.cos] });
  });

  it('replaces a timer with another cron', () => {
    const wanted = { ...timer, cron: '0 */5 * * * * *' };
    expect(diffTriggers([wanted], [listed.timer])).toEqual({ create: [wanted], remove: [listed.timer] });
  });

  it('recreates a trigger that was switched off', () => {
    const off = { ...listed.timer, Enable: 0 };
    expect(diffTriggers([timer], [off])).toEqual({ create: [timer], remove: [off] });
  });

  it('removes the second of two equal triggers', () => {
    expect(diffTriggers([http], [listed.http, listed.http])).toEqual({ create: [], remove: [listed.http] });
  });

  it('leaves other kinds of triggers alone', () => {
    const queue = { Type: 'ckafka', TriggerName: 'q', TriggerDesc: '', Enable: 1 };
    expect(diffTriggers([], [queue])).toEqual({ create: [], remove: [] });
  });

  it('reads a timer whose description is the bare cron text', () => {
    expect(diffTriggers([timer], [{ ...listed.timer, TriggerDesc: '0 * * * * * *' }]).create).toEqual([]);
  });
});

describe('requests', () => {
  it('names a COS trigger by the host of its bucket, with no space in its description', () => {
    const request = creation({ ...cos, prefix: 'tasks/' });
    expect(request).toMatchObject({ TriggerName: 'photos-1250000000.cos.ap-guangzhou.myqcloud.com', Enable: 'OPEN' });
    expect(request['TriggerDesc']).toBe('{"event":"cos:ObjectCreated:*","filter":{"Prefix":"tasks/","Suffix":""}}');
  });

  it('sends the cron of a timer as bare text', () => {
    expect(creation(timer)).toMatchObject({ Type: 'timer', TriggerName: 'minute', TriggerDesc: '0 * * * * * *' });
  });

  it('tells the COS triggers of one bucket apart when deleting', () => {
    expect(deletion(listed.cos)).toEqual({
      Type: 'cos',
      TriggerName: listed.cos.TriggerName,
      TriggerDesc: listed.cos.TriggerDesc,
      Qualifier: '$DEFAULT',
    });
  });

  it('finds the address of a function URL', () => {
    expect(urlOf(listed.http)).toBe('https://1250000000-abc.ap-guangzhou.tencentscf.com');
    expect(urlOf(listed.timer)).toBeUndefined();
  });
});
