import { expect, it } from 'vitest';
import { route } from '../../http/index.ts';

const to = (host: string, rawPath = '/', hasCloudAction = false) =>
  route({ host, rawPath, hasCloudAction }, 'ap-guangzhou');
const cos = (bucket: string | undefined, region: string | undefined) => ({ kind: 'cos', address: { bucket, region } });

it.each([
  ['b-1250000000.cos.ap-shanghai.myqcloud.com', cos('b-1250000000', 'ap-shanghai')],
  ['B-1250000000.COS.ap-shanghai.myqcloud.com:8080', cos('b-1250000000', 'ap-shanghai')],
  ['b-1250000000.cos.ap-shanghai.tencentcos.cn', cos('b-1250000000', 'ap-shanghai')],
  ['b-1250000000.cos-internal.ap-shanghai.tencentcos.cn', cos('b-1250000000', 'ap-shanghai')],
  ['cos.ap-shanghai.myqcloud.com', cos(undefined, 'ap-shanghai')],
  ['service.cos.myqcloud.com', cos(undefined, undefined)],
  ['b-1250000000.replication.ap-shanghai.example.com', { kind: 'api', region: 'ap-shanghai', bucket: 'b-1250000000' }],
  ['replication.ap-shanghai.example.com', { kind: 'api', region: 'ap-shanghai', bucket: undefined }],
  [
    '1250000000-ab12.ap-shanghai.tencentscf.com',
    { kind: 'function-url', host: '1250000000-ab12.ap-shanghai.tencentscf.com', region: 'ap-shanghai' },
  ],
  ['scf.tencentcloudapi.com', { kind: 'cloud-api' }],
  ['cam.tencentcloudapi.com:443', { kind: 'cloud-api' }],
  ['127.0.0.1:1234', { kind: 'api', region: 'ap-guangzhou', bucket: undefined }],
  ['localhost', { kind: 'api', region: 'ap-guangzhou', bucket: undefined }],
  ['example.org', { kind: 'unknown' }],
  ['evil.b-1250000000.cos.ap-shanghai.myqcloud.com.example.org', { kind: 'unknown' }],
])('%s', (host, destination) => {
  expect(to(host)).toEqual(destination);
});

it('control of the cloud is only on this machine itself, and only below its own path', () => {
  expect(to('127.0.0.1:1', '/_local/faults')).toEqual({ kind: 'local', path: '/faults' });
  expect(to('127.0.0.1:1', '/_localfoo').kind).toBe('api');
  expect(to('b-1250000000.cos.ap-shanghai.myqcloud.com', '/_local/faults').kind).toBe('cos');
});

it('a cloud API action is recognised on any host', () => {
  expect(to('127.0.0.1:1', '/', true)).toEqual({ kind: 'cloud-api' });
});
