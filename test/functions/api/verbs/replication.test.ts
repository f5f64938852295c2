import { createHash } from 'node:crypto';

import { beforeEach, describe, expect, it } from 'vitest';

import { DESTINATION, MINIMAL, configuration, numbered } from '../../../shared/rules/sample.ts';
import { cosError } from '../memory-cos.ts';
import { NOW, STATE, createBench, errorOf, signCall, urlEvent } from '../bench.ts';
import type { Bench, Call } from '../bench.ts';

const body = configuration(MINIMAL);
const GET: Call = { method: 'GET' };
const PUT: Call = { method: 'PUT', body };
const BACKUP = 'backup-1250000000@ap-shanghai';

let bench: Bench;

beforeEach(async () => {
  bench = await createBench();
});

const put = async (text: string) => bench.call({ method: 'PUT', body: text });
const md5 = (text: string) => createHash('md5').update(text).digest('base64');

describe('PUT', () => {
  it('replaces the whole configuration, readable at once', async () => {
    const second = configuration(MINIMAL.replace('rule-1', 'rule-2'));
    await put(body);
    expect((await bench.call(GET)).body).toBe(body);
    await put(second);
    expect((await bench.call(GET)).body).toBe(second);
  });

  it('gives a nameless rule its name', async () => {
    await put(configuration(`<Status>Enabled</Status>${DESTINATION}`));
    expect((await bench.call(GET)).body).toMatch(/<Rule><ID>rule-[0-9a-f]{16}<\/ID><Status>Enabled<\/Status>/);
  });

  it('keeps the start of a rule that was there, and says when it was stored', async () => {
    await put(body);
    bench.time = NOW + 60_000;
    await put(configuration(numbered(0, 'rule-1').replace('Enabled', 'Disabled'), numbered(1, 'rule-2')));
    const stored = await bench.rules.getFresh({ bucket: 'source-1250000000', region: 'ap-guangzhou' });
    expect(stored?.rules.map(({ id, enabled, start }) => [id, enabled, start])).toEqual([
      ['rule-1', false, NOW],
      ['rule-2', true, NOW + 60_000],
    ]);
    expect((await bench.call(GET)).headers['x-cos-replication-rule-creation-time']).toBe(
      'Tue, 14 Nov 2023 22:14:20 GMT',
    );
  });

  it.each([-90_000, 0, 90_000])(
    'starts a rule by the clock of COS, whatever the function’s says (%i ms)',
    async (skew) => {
      bench.cosTime = NOW + skew + 999;
      await put(body);
      const stored = await bench.rules.getFresh({ bucket: 'source-1250000000', region: 'ap-guangzhou' });
      expect(stored).toMatchObject({
        created: NOW + skew,
        rules: [{ start: NOW + skew, deleteMarkersSince: NOW + skew }],
      });
    },
  );

  it.each(['without a condition', 'with one'])('waits for a PUT %s that has read what was there', async (kind) => {
    const { cos } = bench;
    const real = cos.putObject.bind(cos);
    await put(body.replace('rule-1', 'rule-0'));
    const etag = (await bench.call(GET)).headers['ETag'] ?? '';
    // Held back: the first PUT has read the rules and has not yet stored its own.
    let letGo: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => {
      cos.putObject = async (...args) => {
        if (args[1].includes('/turn-')) return real(...args);
        cos.putObject = real;
        const held = new Promise<void>((go) => (letGo = go));
        resolve();
        await held;
        return real(...args);
      };
    });
    const headers: [string, string][] = kind === 'with one' ? [['If-Match', etag]] : [];
    const first = bench.call({ method: 'PUT', body, headers });
    await reached;
    const read = cos.getObject.bind(cos);
    const waiting = new Promise<void>((resolve) => {
      cos.getObject = async (...args) => {
        if (args[1].includes('/turn-')) resolve();
        return read(...args);
      };
    });
    const second = put(body.replace('rule-1', 'rule-2'));
    await waiting;
    letGo();
    expect([(await first).statusCode, (await second).statusCode]).toEqual([200, 200]);
    const stored = await bench.rules.getFresh({ bucket: 'source-1250000000', region: 'ap-guangzhou' });
    expect(stored?.rules).toMatchObject([{ id: 'rule-2' }]);
  });

  it('takes ReplicaAcl only where the functions have rights on ACLs', async () => {
    const sharing = configuration(`${MINIMAL}<ReplicaAcl><Status>Enabled</Status></ReplicaAcl>`);
    expect((await put(sharing)).statusCode).toBe(200);
    bench = await createBench({ withoutAcl: true });
    expect(errorOf(await put(sharing))).toMatchObject({ status: 400, code: 'InvalidArgument' });
    expect(
      (await put(sharing.replace('<Status>Enabled</Status></ReplicaAcl>', '<Status>Disabled</Status></ReplicaAcl>')))
        .statusCode,
    ).toBe(200);
    expect((await bench.call(GET)).statusCode).toBe(200);
  });

  it('takes 1000 rules, and not one more', async () => {
    const rules = (count: number) => configuration(...Array.from({ length: count }, (_, n) => numbered(n)));
    expect((await put(rules(1000))).statusCode).toBe(200);
    expect((await bench.call(GET)).body).toBe(rules(1000));
    expect(errorOf(await put(rules(1001)))).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });

  it('refuses the source as its own destination', async () => {
    const own = body.replace('ap-shanghai::backup-', 'ap-guangzhou::source-');
    expect(errorOf(await put(own))).toMatchObject({ status: 400, code: 'InvalidArgument' });
    expect(errorOf(await put(own.replace('ap-guangzhou', 'ap-beijing')))).toMatchObject({ status: 400 });
  });

  it('of two at once leaves one in full', async () => {
    const documents = ['a', 'b'].map((id) => configuration(MINIMAL.replace('rule-1', id)));
    const answers = await Promise.all(documents.map(put));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    expect(documents).toContain((await bench.call(GET)).body);
  });

  it('keeps what was there when it is refused', async () => {
    await put(body);
    await put('<ReplicationConfiguration/>');
    await put(body.replace('backup', 'other'));
    expect((await bench.call(GET)).body).toBe(body);
  });

  it.each([
    ['the source', 'source-1250000000@ap-guangzhou'],
    ['the destination', BACKUP],
  ])('wants versioning on %s', async (_, place) => {
    for (const [state, word] of [
      [undefined, 'not enabled'],
      ['Suspended', 'suspended'],
    ] as const) {
      bench.versioning.set(place, state);
      const error = errorOf(await put(body));
      expect(error).toMatchObject({ status: 400, code: 'BucketVersionNotOpen' });
      expect(error.message).toContain(`${place} is ${word}`);
    }
    bench.versioning.delete(place);
    expect(errorOf(await put(body))).toMatchObject({ status: 404, code: 'NoSuchBucket' });
    expect(bench.calls).not.toContain('putObject');
  });

  it('asks each bucket once, however many rules name it', async () => {
    await put(configuration(...[0, 1, 2].map((n) => numbered(n))));
    expect(bench.calls.filter((name) => name === 'getVersioning')).toHaveLength(2);
  });

  it('names the setting for a destination that is not listed, and asks nobody about it', async () => {
    const error = errorOf(await put(body.replace('backup-', 'other-')));
    expect(error).toMatchObject({ status: 403, code: 'UserNotTargetBucketOwner' });
    expect(error.message).toContain('"destinations" in serverless.yml');
    expect(bench.calls).not.toContain('getVersioning');
  });

  it('says whose rights are missing when the role may not see a bucket', async () => {
    bench.failures.set('getVersioning', cosError(STATE, 'AccessDenied', 403));
    expect(errorOf(await put(body)).code).toMatch(/^UserNot(?:Source|Target)BucketOwner$/);
  });
});

describe('the body of a PUT', () => {
  const codeOf = async (text: string, headers: Call['headers'] = []) => {
    const answer = await bench.call({ method: 'PUT', body: text, headers });
    return answer.statusCode === 200 ? 200 : [answer.statusCode, errorOf(answer).code];
  };

  it('is checked against Content-MD5', async () => {
    expect(await codeOf(body, [['Content-MD5', md5(body)]])).toBe(200);
    expect(await codeOf(body, [['Content-MD5', md5(`${body} `)]])).toEqual([400, 'BadDigest']);
    for (const digest of [
      '',
      'abc',
      md5(body).slice(0, -1),
      `${md5(body)}=`,
      createHash('md5').update(body).digest('hex'),
    ]) {
      expect(await codeOf(body, [['Content-MD5', digest]])).toEqual([400, 'InvalidDigest']);
    }
  });

  it('is as long as Content-Length says', async () => {
    expect(await codeOf(body, [['Content-Length', String(body.length)]])).toBe(200);
    expect(await codeOf(body)).toBe(200);
    // What the C SDK sends when it tries again: its body is used up.
    expect(await codeOf('', [['Content-Length', '342']])).toEqual([400, 'IncompleteBody']);
    expect(await codeOf(body, [['Content-Length', '3']])).toEqual([400, 'EntitySizeNotMatch']);
    const gzipped = '\u001f\ufffd\b\u0000';
    const refused = await bench.call({ method: 'PUT', body: gzipped, headers: [['Content-Length', '4']] });
    expect(errorOf(refused)).toMatchObject({
      code: 'EntitySizeNotMatch',
      message: expect.stringContaining('not UTF-8'),
    });
    expect(await codeOf(body, [['Content-Length', '-1']])).toEqual([400, 'InvalidRequest']);
    expect(await codeOf('', [['Content-Length', '0']])).toEqual([400, 'MissingRequestBodyError']);
    expect(await codeOf('')).toEqual([411, 'MissingContentLength']);
    expect(await codeOf(body, [['Transfer-Encoding', 'chunked']])).toEqual([411, 'MissingContentLength']);
  });

  it('is refused above 4 MB before anything is read', async () => {
    expect(await codeOf(' '.repeat(4 * 1024 * 1024 + 1))).toEqual([400, 'XMLSizeLimit']);
  });

  it('is not looked at before the signature is', async () => {
    const call = signCall({ method: 'PUT', body: '<' }, NOW, { path: '/x' });
    expect(errorOf(await bench.send(urlEvent(call)))).toMatchObject({ code: 'SignatureDoesNotMatch' });
  });
});

describe('DELETE', () => {
  it('removes all rules, and does so again', async () => {
    await put(body);
    for (const _ of [1, 2]) {
      const answer = await bench.call({ method: 'DELETE' });
      expect(answer).toMatchObject({ statusCode: 204, body: '' });
    }
    expect(errorOf(await bench.call(GET))).toMatchObject({ code: 'ReplicationConfigurationnotFoundError' });
  });

  it('ends the rule: the same one starts anew', async () => {
    await put(body);
    await bench.call({ method: 'DELETE' });
    bench.time = NOW + 60_000;
    await put(body);
    const stored = await bench.rules.getFresh({ bucket: 'source-1250000000', region: 'ap-guangzhou' });
    expect(stored?.rules[0]?.start).toBe(NOW + 60_000);
  });
});

describe('everything else', () => {
  it.each([
    ['HEAD', '/', { replication: '' }, 405],
    ['POST', '/', { replication: '' }, 405],
    ['PATCH', '/', { replication: '' }, 405],
    ['', '/', { replication: '' }, 405],
    ['GET', '/', {}, 405],
    ['PUT', '/', { versioning: '' }, 405],
    ['PUT', '/photo.jpg', {}, 405],
    ['GET', '/photo.jpg', {}, 405],
    ['HEAD', '/photo.jpg', {}, 405],
    ['PUT', '/photo.jpg', { replication: '' }, 400],
    ['GET', '/source-1250000000/photo.jpg', { replication: '' }, 400],
  ])('%s %s %j: %i', async (httpMethod, path, queryString, status) => {
    const answer = await bench.send({ httpMethod, path, queryString, headers: { host: 'a.example.com' } });
    expect(answer.statusCode).toBe(status);
    expect(answer.body === '').toBe(httpMethod === 'HEAD');
    expect(answer.headers['Allow']).toBe(status === 405 ? 'PUT, GET, DELETE, OPTIONS' : undefined);
    expect(bench.calls).toEqual([]);
  });

  it.each([
    ['/photo.jpg', {}, 'MethodNotAllowed', 'serves no objects. Of an object it takes GET /<key>?replicationStatus.'],
    ['/', {}, 'MethodNotAllowed', 'Of a bucket it takes PUT /?replication, GET /?replication,'],
    ['/photo.jpg', { ReplicationStatus: '' }, 'InvalidArgument', 'this call is spelt replicationStatus.'],
    ['/', { replicationfailures: '' }, 'InvalidArgument', 'this call is spelt replicationFailures.'],
    ['/a', { replicationFailures: '' }, 'InvalidArgument', 'of an object: it is GET /?replicationFailures.'],
    ['/', { replicationPreflight: '' }, 'MethodNotAllowed', 'it is POST /?replicationPreflight.'],
  ])('GET %s %j says what there is', async (path, queryString, code, message) => {
    const answer = await bench.send({ httpMethod: 'GET', path, queryString, headers: { host: 'a.example.com' } });
    const error = errorOf(answer);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it('answers a browser’s question with names only', async () => {
    const ask = async (names: string) => {
      const headers = { 'Access-Control-Request-Headers': names };
      return (await bench.send({ httpMethod: 'OPTIONS', path: '/', headers })).headers['Access-Control-Allow-Headers'];
    };
    expect(await ask('authorization, x-cos-sdk-retry')).toBe('authorization, x-cos-sdk-retry');
    expect(await ask('a\r\nSet-Cookie: b, content-md5,<script>')).toBe('content-md5');
    expect(await ask('')).toBe('authorization');
  });
});

describe('a condition', () => {
  const other = body.replace('rule-1', 'theirs');
  const etagOf = async () => (await bench.call(GET)).headers['ETag'] ?? '';
  const putIf = (header: string, value: string, text = body) =>
    bench.call({ method: 'PUT', body: text, headers: [[header, value]] });

  it('lets the second of two who change the same rules know, and overwrites nothing', async () => {
    await put(body);
    const seen = await etagOf();
    expect((await putIf('If-Match', seen, other)).statusCode).toBe(200);
    const refused = errorOf(await putIf('If-Match', seen, body.replace('rule-1', 'mine')));
    expect(refused).toMatchObject({ status: 412, code: 'PreconditionFailed' });
    expect((await bench.call(GET)).body).toBe(other);
    expect((await putIf('If-Match', await etagOf(), body)).statusCode).toBe(200);
  });

  it('of two at once lets one through', async () => {
    await put(body);
    const seen = await etagOf();
    const answers = await Promise.all(['a', 'b'].map((id) => putIf('If-Match', seen, body.replace('rule-1', id))));
    const codes = answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b);
    expect(codes[0]).toBe(200);
    expect([412, 503]).toContain(codes[1]);
    const [won] = ['a', 'b'].filter((_, at) => answers[at]?.statusCode === 200);
    expect((await bench.call(GET)).body).toBe(body.replace('rule-1', won ?? ''));
    // Nothing is left that would hold up the next one.
    expect((await putIf('If-Match', await etagOf(), other)).statusCode).toBe(200);
    expect([...bench.objects.keys()].filter((key) => key.includes('/rules/'))).toHaveLength(1);
  });

  it('is not held up for long by a run that was killed, and twice not either', async () => {
    await put(body);
    const name = (number: number) => `${STATE.bucket}@${STATE.region}/rules/source-1250000000/turn-${number}`;
    for (const number of [0, 1]) {
      await bench.cos.putObject(STATE, name(number).split('/').slice(1).join('/'), new Uint8Array());
      expect(errorOf(await putIf('If-Match', await etagOf(), other))).toMatchObject({ status: 503 });
      bench.time += 61_000;
    }
    expect((await putIf('If-Match', await etagOf(), other)).statusCode).toBe(200);
    expect(bench.objects.has(name(2))).toBe(false);
  });

  it('of there being no rules, or some', async () => {
    expect(errorOf(await putIf('If-Match', '*'))).toMatchObject({ status: 412 });
    expect((await putIf('If-None-Match', '*')).statusCode).toBe(200);
    expect(errorOf(await putIf('If-None-Match', '*', other))).toMatchObject({ status: 412 });
    expect((await putIf('If-Match', '*', other)).statusCode).toBe(200);
    expect((await putIf('If-Match', `"other", W/${await etagOf()}`)).statusCode).toBe(200);
  });

  it('holds for DELETE as well', async () => {
    await put(body);
    const seen = await etagOf();
    await put(other);
    const removeIf = (etag: string) => bench.call({ method: 'DELETE', headers: [['If-Match', etag]] });
    expect(errorOf(await removeIf(seen))).toMatchObject({ status: 412, code: 'PreconditionFailed' });
    expect((await bench.call(GET)).body).toBe(other);
    expect((await removeIf(await etagOf())).statusCode).toBe(204);
    expect(errorOf(await removeIf('*'))).toMatchObject({ status: 412 });
  });

  it.each([
    ['If-None-Match', '"a"'],
    ['If-Match', ''],
    ['If-Match', 'x'.repeat(5000)],
  ])('that cannot be read is refused: %s: %s', async (header, value) => {
    expect(errorOf(await putIf(header, value))).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });
});

describe('failures inside', () => {
  it.each([
    ['COS is overloaded', cosError(STATE, 'SlowDown', 503, true), 503, 'SlowDown'],
    ['COS does not answer', cosError(STATE, 'AnswerTimeout', 0, true), 503, 'ServiceUnavailable'],
    // Whoever called has every right; a 403 would send them to look for a fault of theirs.
    ['the role lost its rights', cosError(STATE, 'AccessDenied', 403), 409, 'InvalidBucketState'],
    ['something that nobody thought of', new TypeError('secret inner detail'), 500, 'InternalError'],
  ])('%s: told without details, logged with them', async (_, failure, status, code) => {
    for (const call of ['getObject', 'putObject']) {
      bench = await createBench();
      bench.failures.set(call, failure);
      const answer = await bench.call(PUT);
      expect(errorOf(answer)).toMatchObject({ status, code });
      expect(answer.body).not.toContain(failure.message);
      expect(answer.body).not.toContain(STATE.bucket);
      expect(bench.lines.join('\n')).toContain(failure.message);
      expect(bench.lines.join('\n')).toContain(answer.headers['x-cos-request-id']);
    }
  });

  it('a damaged state object is not told to the client', async () => {
    bench.objects.set(`${STATE.bucket}@${STATE.region}/rules/source-1250000000`, Buffer.from('{"inner":'));
    const answer = await bench.call(GET);
    expect(errorOf(answer)).toMatchObject({ status: 409, code: 'InvalidBucketState' });
    expect(bench.lines.join('')).toContain('cannot be read');
    // Nothing is taken for its start; who deletes the rules first begins anew.
    expect(errorOf(await bench.call(PUT))).toMatchObject({ status: 409 });
    expect((await bench.call({ method: 'DELETE' })).statusCode).toBe(204);
    expect((await bench.call(PUT)).statusCode).toBe(200);
  });
});
