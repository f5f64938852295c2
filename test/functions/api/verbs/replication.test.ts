import { createHash } from 'node:crypto';

import { beforeEach, describe, expect, it } from 'vitest';

import { DESTINATION, MINIMAL, configuration, numbered } from '../../../shared/rules/sample.ts';
import { cosError } from '../memory-cos.ts';
import { NOW, STATE, createBench, errorOf, signCall, urlEvent } from '../bench.ts';
import type { Bench, Call } from '../bench.ts';

const body = configuration(MINIMAL);
const GET: Call = { method: 'GET' };
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

  it('keeps the start of an existing rule, and returns when it was stored', async () => {
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
    "starts a rule by the clock of COS, whatever the function's clock is (%i ms)",
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

  it.each(['without a condition', 'with one'])('waits for a PUT %s that has read the stored rules', async (kind) => {
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

  it('accepts ReplicaAcl only where the functions have rights on ACLs', async () => {
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

  it('accepts 1000 rules, and not one more', async () => {
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

  it('leaves the whole document of one of two at once', async () => {
    const documents = ['a', 'b'].map((id) => configuration(MINIMAL.replace('rule-1', id)));
    const answers = await Promise.all(documents.map(put));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    expect(documents).toContain((await bench.call(GET)).body);
  });

  it('keeps the stored rules when it is refused', async () => {
    await put(body);
    await put('<ReplicationConfiguration/>');
    await put(body.replace('backup', 'other'));
    expect((await bench.call(GET)).body).toBe(body);
  });

  it.each([
    ['the source', 'source-1250000000@ap-guangzhou'],
    ['the destination', BACKUP],
  ])('requires versioning on %s', async (_, place) => {
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

  it('names the setting for a destination that is not listed, and asks no bucket about it', async () => {
    const error = errorOf(await put(body.replace('backup-', 'other-')));
    expect(error).toMatchObject({ status: 403, code: 'UserNotTargetBucketOwner' });
    expect(error.message).toContain('"destinations" in serverless.yml');
    expect(bench.calls).not.toContain('getVersioning');
  });

  it('names the owner of the missing rights when the role may not see a bucket', async () => {
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

  it('must be as long as Content-Length says', async () => {
    expect(await codeOf(body, [['Content-Length', String(body.length)]])).toBe(200);
    expect(await codeOf(body)).toBe(200);
    // The C SDK's retry, which has used up its body.
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

  it('is not read before the signature is verified', async () => {
    const call = signCall({ method: 'PUT', body: '<' }, NOW, { path: '/x' });
    expect(errorOf(await bench.send(urlEvent(call)))).toMatchObject({ code: 'SignatureDoesNotMatch' });
  });
});
