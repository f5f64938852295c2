import { describe, expect, it } from 'vitest';
import { createCloudApi } from '../../api/index.ts';
import { createPlatform, fixedClock, fixedRandom, zipOf } from '../scf/scf-world.ts';
import { call } from './client.ts';

const NAME = 'www.my-company.com';
const ZIP = Buffer.from(zipOf('exports.main_handler = (event) => event.path;')).toString('base64');
const ROUTE = { Namespace: 'default', FunctionName: 'echo', Qualifier: '$DEFAULT', PathMatch: '/a/*' };
const DOMAIN = { Domain: NAME, Protocol: 'HTTP', EndpointsConfig: [ROUTE] };
const code = (expected: string) => ({ Error: { Code: expected } });

async function withUrl() {
  const clock = fixedClock();
  const { scf, cam } = createPlatform({ now: clock.now, transitionMs: 0 });
  const api = createCloudApi({ scf, cam, now: clock.now, random: fixedRandom() });
  const scfCall = (action: string, parameters: object = {}) => call(api, clock.now, 'scf', action, parameters);
  const echo = { FunctionName: 'echo' };
  await scfCall('CreateFunction', {
    ...echo,
    Code: { ZipFile: ZIP },
    Runtime: 'Nodejs20.19',
    Handler: 'index.main_handler',
  });
  const trigger = { ...echo, Type: 'http', TriggerName: 'url', Qualifier: '$DEFAULT' };
  await scfCall('CreateTrigger', { ...trigger, TriggerDesc: '{"AuthType":"NONE"}' });
  const get = (host: string, rawPath: string) =>
    scf.serveDomain({
      method: 'GET',
      host,
      rawPath,
      rawQuery: '',
      headers: [],
      body: (async function* nothing() {})(),
      remoteAddress: '127.0.0.1',
    });
  return { scf, scfCall, trigger, get };
}

describe('custom domains', () => {
  it('are bound, listed, read, changed and deleted', async () => {
    const { scf, scfCall } = await withUrl();
    expect(await scfCall('ListCustomDomains')).toMatchObject({ Total: 0, Domains: null });
    expect(Object.keys(await scfCall('CreateCustomDomain', DOMAIN))).toEqual(['RequestId', 'HttpStatus']);
    const shown = { ...DOMAIN, CertConfig: { CertificateId: '' }, WafConfig: { WafOpen: 'CLOSE' } };
    expect(await scfCall('GetCustomDomain', { Domain: NAME })).toMatchObject(shown);
    expect(await scfCall('ListCustomDomains')).toMatchObject({ Total: 1, Domains: [shown] });
    const secured = { Protocol: 'HTTP&HTTPS', CertConfig: { CertificateId: 'BfHJsadd7' } };
    await scfCall('UpdateCustomDomain', { Domain: NAME, ...secured });
    expect(await scfCall('GetCustomDomain', { Domain: NAME })).toMatchObject({ ...DOMAIN, ...secured });
    await scfCall('DeleteCustomDomain', { Domain: NAME });
    expect(await scfCall('DeleteCustomDomain', { Domain: NAME })).toMatchObject(code('FailedOperation.Domain.UnExist'));
    await scf.close();
  });

  it('lead to their function by path, and nowhere by other paths', async () => {
    const { scf, scfCall, get } = await withUrl();
    expect(get(NAME, '/a/b')).toBeUndefined();
    await scfCall('CreateCustomDomain', DOMAIN);
    expect(await get(`${NAME.toUpperCase()}:80`, '/a/b')).toMatchObject({ status: 200, body: '"/a/b"' });
    expect(await get(NAME, '/b')).toMatchObject({ status: 404 });
    await scf.close();
  });

  it('protect the URL and the function that they lead to', async () => {
    const { scf, scfCall, trigger } = await withUrl();
    await scfCall('CreateCustomDomain', DOMAIN);
    const used = code('FailedOperation.DeleteTrigger.UrlUsed');
    expect(await scfCall('DeleteTrigger', trigger)).toMatchObject(used);
    expect(await scfCall('DeleteFunction', { FunctionName: 'echo' })).toMatchObject(used);
    await scfCall('DeleteCustomDomain', { Domain: NAME });
    expect(await scfCall('DeleteTrigger', trigger)).not.toHaveProperty('Error');
    await scf.close();
  });

  it.each([
    ['a wildcard', { Domain: '*.my-company.com' }, 'InvalidParameterValue.Domain'],
    ['another protocol', { Protocol: 'FTP' }, 'InvalidParameterValue'],
    ['HTTPS without a certificate', { Protocol: 'HTTPS' }, 'InvalidParameterValue'],
    ['no route', { EndpointsConfig: [] }, 'InvalidParameterValue'],
    ['a path of another form', { EndpointsConfig: [{ ...ROUTE, PathMatch: '/a*b' }] }, 'InvalidParameterValue'],
    ['a missing function', { EndpointsConfig: [{ ...ROUTE, FunctionName: 'no' }] }, 'ResourceNotFound.Function'],
    ['a qualifier without a URL', { EndpointsConfig: [{ ...ROUTE, Qualifier: '$LATEST' }] }, 'InvalidParameterValue'],
    ['half a route', { EndpointsConfig: [{ FunctionName: 'echo' }] }, 'MissingParameter'],
    ['an unknown field', { Port: 80 }, 'UnknownParameter'],
  ])('are refused for %s', async (_, changes, expected) => {
    const { scf, scfCall } = await withUrl();
    expect(await scfCall('CreateCustomDomain', { ...DOMAIN, ...changes })).toMatchObject(code(expected));
    expect(await scfCall('ListCustomDomains')).toMatchObject({ Total: 0 });
    await scf.close();
  });
});
