import { describe, expect, it } from 'vitest';
import { REGION, zipOf } from '../scf/scf-world.ts';
import { CREATE, code, inline, withApi, withFunction, ECHO } from './api-world.ts';

describe('functions', () => {
  it('go from missing over Creating to Active, and over Updating back', async () => {
    const { scfCall, clock } = withApi(200);
    const status = async () => (await scfCall('GetFunction'))['Status'];
    expect(await scfCall('GetFunction')).toMatchObject(code('ResourceNotFound.Function'));
    const created = await scfCall('CreateFunction', {
      ...CREATE,
      Type: 'Event',
      Namespace: 'default',
      Description: 'Echo, for tests.',
      MemorySize: 256,
      Timeout: 20,
      Environment: { Variables: [{ Key: 'A', Value: 'b' }] },
      Tags: [{ Key: 'stage', Value: 'dev' }],
    });
    expect(Object.keys(created)).toEqual(['RequestId', 'HttpStatus']);
    expect(await status()).toBe('Creating');
    expect(await scfCall('UpdateFunctionConfiguration', { Timeout: 5 })).toMatchObject(
      code('FailedOperation.FunctionStatusError'),
    );
    clock.advance(200);
    expect(await scfCall('GetFunction', { ShowCode: 'FALSE' })).toMatchObject({
      FunctionName: 'echo',
      Namespace: 'default',
      FunctionVersion: '$LATEST',
      Runtime: 'Nodejs20.19',
      Handler: 'index.main_handler',
      Description: 'Echo, for tests.',
      MemorySize: 256,
      Timeout: 20,
      Environment: { Variables: [{ Key: 'A', Value: 'b' }] },
      Tags: [{ Key: 'stage', Value: 'dev' }],
      Status: 'Active',
      CodeSize: ECHO.length,
      Triggers: [],
      AddTime: '2026-01-31 08:00:00',
    });
    expect(await scfCall('CreateFunction', CREATE)).toMatchObject(code('ResourceInUse.Function'));

    await scfCall('UpdateFunctionCode', { ZipFile: inline(zipOf('exports.main_handler = () => 2;')) });
    expect(await status()).toBe('Updating');
    expect(await scfCall('UpdateFunctionCode', { ZipFile: inline(ECHO) })).toMatchObject(
      code('FailedOperation.FunctionNameStatusError'),
    );
    clock.advance(200);
    await scfCall('UpdateFunctionConfiguration', { Timeout: 5, Runtime: 'Nodejs20.19', Role: '' });
    expect(await scfCall('GetFunction')).toMatchObject({ Status: 'Updating', Timeout: 5, MemorySize: 256 });
    clock.advance(200);
    expect(await scfCall('UpdateFunctionConfiguration', { Runtime: 'Nodejs18.15' })).toMatchObject(
      code('InvalidParameterValue.Runtime'),
    );
  });

  it.each([
    ['without code', { Code: {} }, 'MissingParameter.Code'],
    ['with code that is not base64', { Code: { ZipFile: '%%%' } }, 'InvalidParameterValue.ZipFileBase64BinasciiError'],
    ['with code that is not a zip', { Code: { ZipFile: 'AAAA' } }, 'InvalidParameterValue.ZipFile'],
    ['without a runtime', { Runtime: undefined }, 'MissingParameter.Runtime'],
    ['of another type', { Type: 'HTTP' }, 'InvalidParameterValue.FunctionType'],
    ['in another namespace', { Namespace: 'other' }, 'ResourceNotFound.Namespace'],
    ['with a missing role', { Role: 'none' }, 'ResourceNotFound.Role'],
  ])('are not created %s', async (_name, change, expected) => {
    expect(await withApi().scfCall('CreateFunction', { ...CREATE, ...change })).toMatchObject(code(expected));
  });

  it('may have code in a bucket named without its appid', async () => {
    const { scfCall, put, clock } = await withFunction();
    put('code/new.zip', zipOf('exports.main_handler = () => "new";'));
    clock.advance(1);
    const source = { CosBucketName: 'photos', CosObjectName: '/code/new.zip', CosBucketRegion: REGION };
    expect(await scfCall('UpdateFunctionCode', source)).not.toHaveProperty('Error');
    clock.advance(1);
    expect(await scfCall('Invoke')).toMatchObject({ Result: { RetMsg: '"new"' } });
    expect(await scfCall('UpdateFunctionCode', { ...source, CosObjectName: '/none' })).toMatchObject(
      code('FailedOperation.Cos'),
    );
  });

  it('are listed and deleted, their triggers with them', async () => {
    const { scfCall, list } = await withFunction();
    await scfCall('CreateTrigger', { Type: 'timer', TriggerName: 't', TriggerDesc: '0 * * * * * *' });
    expect(await list()).toMatchObject({ Functions: [{ FunctionName: 'echo', Status: 'Active' }], TotalCount: 1 });
    expect(await scfCall('DeleteFunction')).not.toHaveProperty('Error');
    expect(await scfCall('DeleteFunction')).toMatchObject(code('ResourceNotFound.Function'));
    await scfCall('CreateFunction', CREATE);
    expect(await scfCall('ListTriggers')).toMatchObject({ Triggers: [], TotalCount: 0 });
  });

  it('are published under numbers', async () => {
    const { scfCall } = await withFunction();
    expect(await scfCall('PublishVersion')).toMatchObject({ FunctionVersion: '1', FunctionName: 'echo', Timeout: 3 });
    expect(await scfCall('ListVersionByFunction')).toMatchObject({ FunctionVersion: ['$LATEST', '1'], TotalCount: 2 });
    expect(await scfCall('GetFunction', { Qualifier: '1' })).toMatchObject({ FunctionVersion: '1' });
    expect(await scfCall('GetFunctionAddress')).toMatchObject({
      CodeSha256: expect.stringMatching(/^[\da-f]{64}$/) as string,
    });
  });
});

describe('invocations', () => {
  it('wait for the result, with the end of the log on demand', async () => {
    const { scfCall } = await withFunction();
    const { Result } = (await scfCall('Invoke', {
      InvocationType: 'RequestResponse',
      ClientContext: '{"a":1}',
      LogType: 'Tail',
    })) as unknown as { Result: { FunctionRequestId: string } };
    expect(Result).toMatchObject({
      InvokeResult: 0,
      RetMsg: '{"a":1}',
      ErrMsg: '',
      Log: expect.stringContaining('\nseen\n') as string,
      Duration: expect.any(Number) as number,
      MemUsage: expect.any(Number) as number,
    });
    expect(await scfCall('InvokeFunction', { Event: '7' })).toMatchObject({ Result: { RetMsg: '7', Log: '' } });
    expect(await scfCall('GetFunctionLogs', { FunctionRequestId: Result.FunctionRequestId })).toMatchObject({
      TotalCount: 1,
      Data: [{ RequestId: Result.FunctionRequestId, RetCode: 0, Log: expect.stringContaining('seen') as string }],
    });
  });

  it('that fail are results too', async () => {
    const { scfCall } = await withFunction();
    expect(await scfCall('Invoke', { ClientContext: '{"fail":true}' })).toMatchObject({
      Result: {
        InvokeResult: 430,
        ErrMsg: 'user code exception caught',
        RetMsg: expect.stringContaining('Error: no') as string,
      },
    });
  });

  it('need not wait', async () => {
    const { scfCall, scf } = await withFunction();
    const answer = await scfCall('Invoke', { InvocationType: 'Event', ClientContext: '{"fail":true}' });
    expect(answer).toMatchObject({ Result: { InvokeResult: 0, RetMsg: '' } });
    await scf.idle();
    expect(await scfCall('GetFunctionLogs', { Limit: 2, Order: 'asc' })).toMatchObject({
      TotalCount: 3,
      Data: [{ RetryNum: 0 }, { RetryNum: 1 }],
    });
  });

  it.each([
    ['a wrong type', { InvocationType: 'Later' }, 'InvalidParameterValue.InvokeType'],
    ['an event that is not JSON', { ClientContext: '{' }, 'InvalidParameterValue.ClientContext'],
    ['an unknown version', { Qualifier: '9' }, 'ResourceNotFound.Qualifier'],
  ])('are refused with %s', async (_name, parameters, expected) => {
    const { scfCall } = await withFunction();
    expect(await scfCall('Invoke', parameters)).toMatchObject(code(expected));
  });

  it('are repeated as configured, within bounds', async () => {
    const { scfCall } = await withFunction();
    const config = (retries: number, ttl: number) => ({
      AsyncTriggerConfig: { RetryConfig: [{ RetryNum: retries }], MsgTTL: ttl },
    });
    expect(await scfCall('GetFunctionEventInvokeConfig')).toMatchObject(config(2, 21_600));
    expect(await scfCall('UpdateFunctionEventInvokeConfig', config(1, 60))).not.toHaveProperty('Error');
    expect(await scfCall('GetFunctionEventInvokeConfig')).toMatchObject(config(1, 60));
    expect(await scfCall('UpdateFunctionEventInvokeConfig', config(3, 60))).toMatchObject(
      code('LimitExceeded.RetryNum'),
    );
    expect(await scfCall('UpdateFunctionEventInvokeConfig', config(1, 59))).toMatchObject(code('LimitExceeded.MsgTTL'));
  });

  it('may have reserved concurrency', async () => {
    const { scfCall } = await withFunction();
    await scfCall('PutReservedConcurrencyConfig', { ReservedConcurrencyMem: 256 });
    expect(await scfCall('GetReservedConcurrencyConfig')).toMatchObject({ ReservedMem: 256 });
    await scfCall('DeleteReservedConcurrencyConfig');
    expect(await scfCall('GetReservedConcurrencyConfig')).toMatchObject({ ReservedMem: 0 });
  });
});
