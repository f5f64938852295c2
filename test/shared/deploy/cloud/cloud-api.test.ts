import { describe, expect, it } from 'vitest';
import { nodeHash } from '../../../../shared/cos/index.ts';
import { CloudApiError, createCloudApi } from '../../../../shared/deploy/cloud/cloud-api.ts';
import type { Trace } from '../../../../shared/deploy/cloud/trace.ts';
import type { Post } from '../../../../shared/deploy/cloud/http.ts';
import type { Answer } from '../../../../shared/http/index.ts';
import { readTc3, verifyTc3 } from '../../../../shared/signing/index.ts';

const NOW = Date.UTC(2025, 0, 2, 3, 4, 5);
const credentials = { secretId: 'AKIDexample', secretKey: 'secret-of-the-deployer', token: undefined };

const ok = (fields: object = {}): Answer => ({
  status: 200,
  body: JSON.stringify({ Response: { ...fields, RequestId: 'r' } }),
});
const refusal = (Code: string): Answer => ok({ Error: { Code, Message: 'said the cloud' } });

function client(answers: (Answer | Error)[], options: { endpoint?: string; token?: string; trace?: Trace } = {}) {
  const sent: { origin: string; headers: Readonly<Record<string, string>>; body: string }[] = [];
  const pauses: number[] = [];
  const post: Post = async (origin, headers, body) => {
    sent.push({ origin, headers, body });
    const answer = answers.shift();
    if (answer === undefined) throw new Error('one request too many');
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const api = createCloudApi({
    credentials: { ...credentials, token: options.token },
    region: 'ap-guangzhou',
    endpoint: options.endpoint,
    now: () => NOW,
    sleep: async (ms) => void pauses.push(ms),
    post,
    ...(options.trace === undefined ? {} : { trace: options.trace }),
  });
  return { api, sent, pauses };
}

describe('createCloudApi', () => {
  it('sends a signed request to the service and unwraps the answer', async () => {
    const { api, sent } = client([ok({ Status: 'Active' })]);
    expect(await api.call('scf', 'GetFunction', { FunctionName: 'f' })).toMatchObject({ Status: 'Active' });
    const [request] = sent;
    expect(request?.origin).toBe('https://scf.tencentcloudapi.com');
    expect(request?.headers).toMatchObject({ 'X-TC-Version': '2018-04-16', 'X-TC-Region': 'ap-guangzhou' });
    const headers = Object.entries(request?.headers ?? {});
    const fields = readTc3(headers);
    if (fields === undefined) throw new Error('unsigned');
    expect(() =>
      verifyTc3({ method: 'POST', query: '', headers, payload: request?.body ?? '' }, fields, {
        secretKey: credentials.secretKey,
        hash: nodeHash,
        now: NOW,
        service: 'scf',
      }),
    ).not.toThrow();
  });

  it('calls a local cloud under the name of the service', async () => {
    const { api, sent } = client([ok()], { endpoint: 'http://127.0.0.1:8080', token: 'temporary' });
    await api.call('cam', 'GetRole', { RoleName: 'r' });
    expect(sent[0]?.origin).toBe('http://127.0.0.1:8080');
    expect(sent[0]?.headers).toMatchObject({ Host: 'cam.tencentcloudapi.com', 'X-TC-Token': 'temporary' });
    expect(sent[0]?.headers).not.toHaveProperty('X-TC-Region');
  });

  it('repeats a request that was refused for its rate, ever more slowly', async () => {
    const { api, sent, pauses } = client([refusal('RequestLimitExceeded'), refusal('RequestLimitExceeded.Cam'), ok()]);
    await api.call('cam', 'AttachRolePolicy', {});
    expect(sent).toHaveLength(3);
    expect(pauses).toEqual([500, 1000]);
  });

  it.each([
    ['a lost connection', new Error('socket hang up')],
    ['status 502', { status: 502, body: '' }],
    ['an internal error', refusal('InternalError.System')],
  ])('repeats a read after %s', async (_, failure) => {
    const { api, sent } = client([failure, ok()]);
    await api.call('scf', 'GetFunction', {});
    expect(sent).toHaveLength(2);
  });

  it.each(['CreateFunction', 'Invoke', 'DeleteFunction'])(
    'does not repeat %s after a lost connection',
    async (action) => {
      const { api, sent } = client([new Error('socket hang up')]);
      await expect(api.call('scf', action, {})).rejects.toMatchObject({ code: 'NetworkError' });
      expect(sent).toHaveLength(1);
    },
  );

  it('gives up after five attempts', async () => {
    const { api, sent } = client(Array.from({ length: 6 }, () => refusal('RequestLimitExceeded')));
    await expect(api.call('scf', 'GetFunction', {})).rejects.toMatchObject({ code: 'RequestLimitExceeded' });
    expect(sent).toHaveLength(5);
  });

  it.each([
    ['AttachRolePolicy', 'InvalidParameter.RoleNotExist'],
    ['AttachRolePolicy', 'ResourceNotFound.PolicyIdNotFound'],
    ['AttachRolePolicy', 'InvalidParameter.PolicyIdNotExist'],
    ['CreateFunction', 'ResourceNotFound.Role'],
    ['UpdateFunctionConfiguration', 'ResourceNotFound.Role'],
  ])('waits in %s for a new resource that is not known everywhere yet: %s', async (action, code) => {
    const { api, pauses } = client([...Array.from({ length: 6 }, () => refusal(code)), ok()]);
    await api.call('cam', action, {});
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 16_000]);
  });

  it.each([
    ['GetRole', 'InvalidParameter.RoleNotExist'],
    ['GetFunction', 'ResourceNotFound.Function'],
    ['CreateTrigger', 'ResourceNotFound.Function'],
  ])('believes the answer of %s at once: %s', async (action, code) => {
    const { api, sent } = client([refusal(code)]);
    await expect(api.call('cam', action, {})).rejects.toMatchObject({ code });
    expect(sent).toHaveLength(1);
  });

  it('reports each call and each repetition, without code, event or secret', async () => {
    const told: string[] = [];
    const { api } = client([refusal('RequestLimitExceeded'), ok()], { trace: (text) => void told.push(text) });
    const parameters = {
      FunctionName: 'f',
      ZipFile: 'UEsDBBQ',
      ClientContext: 'an event',
      Description: 'x'.repeat(300),
    };
    await api.call('scf', 'UpdateFunctionCode', parameters);
    expect(told).toEqual([
      `scf UpdateFunctionCode {"FunctionName":"f","ZipFile":"(7 characters)","ClientContext":"(8 characters)","Description":"${'x'.repeat(200)}…"}`,
      'scf UpdateFunctionCode: RequestLimitExceeded, again in 500 ms',
    ]);
  });

  it("names the request and the cloud's answer, without a secret", async () => {
    const { api } = client([refusal('UnauthorizedOperation')]);
    const error = await api.call('scf', 'CreateFunction', {}).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CloudApiError);
    expect((error as Error).message).toBe('CreateFunction: said the cloud (UnauthorizedOperation, request r)');
    expect(JSON.stringify(error)).not.toContain(credentials.secretKey);
  });

  it.each([
    ['a page that is not JSON', { status: 200, body: '<html>' }],
    ['JSON without Response', { status: 200, body: '{}' }],
  ])('refuses %s', async (_, answer) => {
    await expect(client([answer]).api.call('scf', 'GetFunction', {})).rejects.toMatchObject({
      code: 'MalformedAnswer',
    });
  });
});
