import { describe, expect, it } from 'vitest';
import { createCloudApi } from '../../api/index.ts';
import type { RequestFault } from '../../types.ts';
import { createPlatform, fixedClock, fixedRandom, TRUST } from '../scf/scf-world.ts';
import { call } from './client.ts';
import type { CallOptions } from './client.ts';

function withApi(faults: RequestFault[] = []) {
  const clock = fixedClock();
  const { scf, cam } = createPlatform({ now: clock.now });
  const api = createCloudApi({ scf, cam, now: clock.now, random: fixedRandom(), faults: { onRequest: () => faults } });
  const send = (service: string, action: string, parameters: object | string = {}, options: CallOptions = {}) =>
    call(api, clock.now, service, action, parameters, options);
  return { clock, cam, send, api };
}

const code = (expected: string) => ({ HttpStatus: 200, Error: { Code: expected } });

describe('a call is answered', () => {
  it('with its content and a request ID of its own', async () => {
    const { send } = withApi();
    const [first, second] = [await send('cam', 'GetUserAppId'), await send('cam', 'GetUserAppId')];
    expect(first).toMatchObject({ HttpStatus: 200, AppId: 1_250_000_000, Uin: '100000000001' });
    expect(first.RequestId).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    expect(first.RequestId).not.toBe(second.RequestId);
  });

  it.each(['127.0.0.1:8080', 'scf.ap-guangzhou.tencentcloudapi.com'])('on the host %s too', async (host) => {
    expect(await withApi().send('scf', 'ListFunctions', {}, { host })).toMatchObject({ Functions: [], TotalCount: 0 });
  });
});

describe('a call is refused', () => {
  it.each<[string, CallOptions, string]>([
    ['an unknown key', { secretId: 'AKIDNOBODY' }, 'AuthFailure.SecretIdNotFound'],
    ['a wrong secret', { secretKey: 'wrong' }, 'AuthFailure.SignatureFailure'],
    ['a late clock', { skew: -301_000 }, 'AuthFailure.SignatureExpire'],
    ['an early clock', { skew: 301_000 }, 'AuthFailure.SignatureExpire'],
    ['a token for a pair that needs none', { token: 'token' }, 'AuthFailure.TokenFailure'],
    ['the version of another service', { version: '2019-01-16' }, 'NoSuchVersion'],
    ['no region', { region: undefined }, 'MissingParameter'],
    [
      'a changed body',
      { change: (request) => ({ ...request, body: bodyOf('{"Namespace":"other"}') }) },
      'AuthFailure.SignatureFailure',
    ],
    [
      'no signature',
      { change: (request) => ({ ...request, headers: request.headers.filter(([name]) => name !== 'authorization') }) },
      'AuthFailure.InvalidAuthorization',
    ],
    ['the signature of another service', { host: 'cam.tencentcloudapi.com' }, 'AuthFailure.SignatureFailure'],
  ])('with %s', async (_name, options, expected) => {
    expect(await withApi().send('scf', 'ListFunctions', {}, options)).toMatchObject(code(expected));
  });

  it.each<[string, string, string, object | string, string]>([
    ['an unknown product', 'cvm', 'DescribeInstances', {}, 'NoSuchProduct'],
    ['an unknown action', 'scf', 'toString', {}, 'InvalidAction'],
    ['an action of another product', 'scf', 'GetRole', {}, 'InvalidAction'],
    ['no JSON', 'scf', 'ListFunctions', '{', 'InvalidParameter'],
    ['a list for an object', 'scf', 'ListFunctions', '[]', 'InvalidParameter'],
    ['a missing parameter', 'scf', 'GetFunction', {}, 'MissingParameter'],
    ['an unknown parameter', 'scf', 'ListFunctions', { Namespac: 'default' }, 'UnknownParameter'],
    ['a parameter of a wrong type', 'scf', 'ListFunctions', { Limit: '20' }, 'InvalidParameter'],
  ])('with %s', async (_name, service, action, parameters, expected) => {
    expect(await withApi().send(service, action, parameters)).toMatchObject(code(expected));
  });

  it('past its rate', async () => {
    const { send, cam, clock } = withApi();
    cam.createRole({ name: 'r', trust: TRUST });
    const document = '{"version":"2.0","statement":{"effect":"allow","action":"cos:*","resource":"*"}}';
    cam.createPolicy({ name: 'p', document });
    const attach = () => send('cam', 'AttachRolePolicy', { AttachRoleName: 'r', PolicyName: 'p' });
    for (let n = 0; n < 3; n++) expect(await attach()).not.toHaveProperty('Error');
    expect(await attach()).toMatchObject(code('RequestLimitExceeded'));
    clock.advance(1000);
    expect(await attach()).not.toHaveProperty('Error');
  });
});

describe('a role', () => {
  const document = (action: string, resource: string) =>
    JSON.stringify({ version: '2.0', statement: { effect: 'allow', action, resource } });

  it('calls with its temporary pair and within its policies', async () => {
    const { send, cam, clock } = withApi();
    cam.createRole({ name: 'r', trust: TRUST });
    const pair = cam.assumeRole('r');
    const options = { secretId: pair.secretId, secretKey: pair.secretKey, token: pair.token };
    const get = (name: string, more: CallOptions = {}) =>
      send('scf', 'GetFunction', { FunctionName: name }, { ...options, ...more });

    expect(await get('api')).toMatchObject(code('AuthFailure.UnauthorizedOperation'));
    const resource = 'qcs::scf:ap-guangzhou:uin/100000000001:namespace/default/function/api';
    cam.attach('r', cam.createPolicy({ name: 'p', document: document('scf:Get*', resource) }).id);
    expect(await get('api')).toMatchObject(code('ResourceNotFound.Function'));
    expect(await get('other')).toMatchObject(code('AuthFailure.UnauthorizedOperation'));
    expect(await get('api', { region: 'ap-shanghai' })).toMatchObject(code('AuthFailure.UnauthorizedOperation'));
    expect(await send('cam', 'GetRole', { RoleName: 'r' }, options)).toMatchObject(
      code('AuthFailure.UnauthorizedOperation'),
    );
    expect(await get('api', { token: undefined })).toMatchObject(code('AuthFailure.TokenFailure'));
    clock.advance(7_200_000);
    expect(await get('api')).toMatchObject(code('AuthFailure.TokenFailure'));
  });
});

describe('on demand', () => {
  it('a call fails without effect, or has its effect and no answer', async () => {
    const role = { RoleName: 'r', PolicyDocument: TRUST };
    const failing = withApi([{ kind: 'error', status: 500, code: 'InternalError' }]);
    expect(await failing.send('cam', 'CreateRole', role)).toMatchObject({
      HttpStatus: 500,
      Error: { Code: 'InternalError' },
    });
    expect(() => failing.cam.getRole({ name: 'r' })).toThrow(/not exist/);

    const reset = withApi([{ kind: 'reset' }]);
    await expect(reset.send('cam', 'CreateRole', role)).rejects.toThrow(/connection/);
    expect(() => reset.cam.getRole({ name: 'r' })).toThrow(/not exist/);

    const silent = withApi([{ kind: 'latency', ms: 1 }, { kind: 'reset-after' }]);
    await expect(silent.send('cam', 'CreateRole', role)).rejects.toThrow(/connection/);
    expect(silent.cam.getRole({ name: 'r' }).name).toBe('r');
  });
});

async function* bodyOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
