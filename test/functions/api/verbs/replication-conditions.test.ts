import { beforeEach, describe, expect, it } from 'vitest';

import { MINIMAL, configuration } from '../../../shared/rules/sample.ts';
import { STATE, createBench, errorOf } from '../bench.ts';
import type { Bench, Call } from '../bench.ts';

const body = configuration(MINIMAL);
const GET: Call = { method: 'GET' };

let bench: Bench;

beforeEach(async () => {
  bench = await createBench();
});

const put = async (text: string) => bench.call({ method: 'PUT', body: text });

describe('a condition', () => {
  const other = body.replace('rule-1', 'theirs');
  const etagOf = async () => (await bench.call(GET)).headers['ETag'] ?? '';
  const putIf = (header: string, value: string, text = body) =>
    bench.call({ method: 'PUT', body: text, headers: [[header, value]] });

  it('tells the second of two users who change the same rules, and overwrites nothing', async () => {
    await put(body);
    const seen = await etagOf();
    expect((await putIf('If-Match', seen, other)).statusCode).toBe(200);
    const refused = errorOf(await putIf('If-Match', seen, body.replace('rule-1', 'mine')));
    expect(refused).toMatchObject({ status: 412, code: 'PreconditionFailed' });
    expect((await bench.call(GET)).body).toBe(other);
    expect((await putIf('If-Match', await etagOf(), body)).statusCode).toBe(200);
  });

  it('on two calls at once lets one through', async () => {
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

  it('waits for a killed run only for a short time, and only once', async () => {
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

  it('may be that there are no rules, or some', async () => {
    expect(errorOf(await putIf('If-Match', '*'))).toMatchObject({ status: 412 });
    expect((await putIf('If-None-Match', '*')).statusCode).toBe(200);
    expect(errorOf(await putIf('If-None-Match', '*', other))).toMatchObject({ status: 412 });
    expect((await putIf('If-Match', '*', other)).statusCode).toBe(200);
    expect((await putIf('If-Match', `"other", W/${await etagOf()}`)).statusCode).toBe(200);
  });

  it('applies to DELETE as well', async () => {
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
  ])('is refused when it cannot be read: %s: %s', async (header, value) => {
    expect(errorOf(await putIf(header, value))).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });
});
