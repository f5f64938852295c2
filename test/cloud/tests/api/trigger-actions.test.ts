import { describe, expect, it } from 'vitest';
import { BUCKET, REGION } from '../scf/scf-world.ts';
import { code, withFunction } from './api-world.ts';

describe('triggers', () => {
  const COS = {
    Type: 'cos',
    TriggerName: `${BUCKET}.cos.${REGION}.myqcloud.com`,
    TriggerDesc: '{"event":"cos:ObjectCreated:*","filter":{"Prefix":"a/","Suffix":""}}',
    Enable: 'OPEN',
    Qualifier: '$DEFAULT',
  };

  it('of a bucket are returned as they were sent, with Enable as a number', async () => {
    const { scfCall } = await withFunction();
    const expected = { ...COS, Enable: 1, AvailableStatus: 'Available' };
    expect(await scfCall('CreateTrigger', COS)).toMatchObject({ TriggerInfo: expected });
    expect(await scfCall('ListTriggers')).toMatchObject({ Triggers: [expected], TotalCount: 1 });
    expect(await scfCall('GetFunction')).toMatchObject({ Triggers: [expected] });
    const { Type, TriggerName, TriggerDesc } = COS;
    expect(await scfCall('DeleteTrigger', { Type, TriggerName })).toMatchObject(
      code('InvalidParameterValue.TriggerDesc'),
    );
    const deletion = { Type, TriggerName, TriggerDesc, Qualifier: '$DEFAULT' };
    expect(await scfCall('DeleteTrigger', deletion)).not.toHaveProperty('Error');
    expect(await scfCall('DeleteTrigger', deletion)).toMatchObject(code('ResourceNotFound.Trigger'));
  });

  it('of a timer are returned with an object', async () => {
    const { scfCall } = await withFunction();
    const timer = { Type: 'timer', TriggerName: 'minute', TriggerDesc: '0 * * * * * *', Enable: 'CLOSE' };
    expect(await scfCall('CreateTrigger', timer)).toMatchObject({
      TriggerInfo: { TriggerDesc: '{"cron":"0 * * * * * *"}', Enable: 0, Qualifier: '$LATEST' },
    });
  });

  it('of a URL are returned with its address', async () => {
    const { scfCall, scf } = await withFunction();
    const { TriggerInfo } = (await scfCall('CreateTrigger', {
      Type: 'http',
      TriggerName: 'url',
      TriggerDesc: '{"AuthType":"NONE","NetConfig":{"EnableExtranet":true,"EnableIntranet":false}}',
    })) as unknown as { TriggerInfo: { TriggerDesc: string } };
    expect(JSON.parse(TriggerInfo.TriggerDesc)).toEqual({
      AuthType: 'NONE',
      NetConfig: {
        EnableExtranet: true,
        EnableIntranet: false,
        ExtranetUrl: `https://${scf.functionUrls()[0]?.host}`,
      },
    });
  });

  it('are listed by page and by version', async () => {
    const { scfCall } = await withFunction();
    for (const [index, Qualifier] of ['$DEFAULT', '$LATEST', '$DEFAULT'].entries()) {
      await scfCall('CreateTrigger', {
        Type: 'timer',
        TriggerName: `t${index}`,
        TriggerDesc: '0 * * * * * *',
        Qualifier,
      });
    }
    expect(await scfCall('ListTriggers', { Offset: 1, Limit: 1 })).toMatchObject({
      Triggers: [{ TriggerName: 't1' }],
      TotalCount: 3,
    });
    const filter = (Name: string) => ({ Filters: [{ Name, Values: ['$DEFAULT'] }] });
    expect(await scfCall('ListTriggers', filter('Qualifier'))).toMatchObject({
      Triggers: [{ TriggerName: 't0' }, { TriggerName: 't2' }],
      TotalCount: 2,
    });
    expect(await scfCall('ListTriggers', filter('Color'))).toMatchObject(code('InvalidParameterValue.Filters'));
  });

  it('are refused with the codes of the platform', async () => {
    const { scfCall } = await withFunction();
    expect(await scfCall('CreateTrigger', { ...COS, Enable: 'YES' })).toMatchObject(
      code('InvalidParameterValue.Enable'),
    );
    expect(await scfCall('CreateTrigger', { ...COS, TriggerDesc: '{"event": 1}' })).toMatchObject(
      code('InvalidParameterValue.TriggerDesc'),
    );
    await scfCall('CreateTrigger', COS);
    const wider = { ...COS, TriggerDesc: '{"event":"cos:ObjectCreated:Put"}' };
    expect(await scfCall('CreateTrigger', wider)).toMatchObject(code('InvalidParameterValue.CosNotifyRuleConflict'));
  });
});
