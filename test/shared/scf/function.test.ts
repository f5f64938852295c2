import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { ServiceError } from '../../../shared/errors/index.ts';
import { eventFunction, formatLine } from '../../../shared/scf/index.ts';
import type { Run } from '../../../shared/scf/index.ts';

const { context } = JSON.parse(
  readFileSync(new URL('../../fixtures/events/scf-context-nodejs.json', import.meta.url), 'utf8'),
) as { context: object };

/** A function under a clock that advances by 7 ms each time it is read. */
function start<T>(handler: (event: unknown, run: Run) => Promise<T>) {
  const lines: Record<string, unknown>[] = [];
  let time = 1_700_000_000_000;
  const main = eventFunction(handler, {
    now: () => (time += 7),
    write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
  });
  return { main, lines };
}

describe('eventFunction', () => {
  it('passes the event on, returns the result and writes one line', async () => {
    const { main, lines } = start((event) => Promise.resolve({ got: event }));
    await expect(main({ a: 1 }, { ...context })).resolves.toEqual({ got: { a: 1 } });
    expect(lines).toEqual([
      { requestId: '279ba5cc-e435-4af9-8ede-000000000000', level: 'info', outcome: 'ok', durationMs: 7 },
    ]);
  });

  it('gives the run the deadline of the platform', async () => {
    const { main } = start((_, run) => Promise.resolve(run.deadline));
    await expect(main({}, { ...context })).resolves.toBe(1_700_000_000_007 + 3000);
    await expect(main({}, { ...context, time_limit_in_ms: 60_000 })).resolves.toBe(1_700_000_000_021 + 60_000);
  });

  it('throws the very same error on, and logs it', async () => {
    const failure = new ServiceError('The destination is slow.', {
      code: 'SlowDown',
      status: 503,
      side: 'destination',
      retryable: true,
      cause: new Error('socket closed'),
    });
    const { main, lines } = start(() => Promise.reject(failure));
    await expect(main({}, { ...context })).rejects.toBe(failure);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      outcome: 'error',
      durationMs: 7,
      error: { code: 'SlowDown', side: 'destination', retryable: true, cause: { message: 'socket closed' } },
    });
  });

  it('does not call a run good that left work, and counts its error once', async () => {
    const { main, lines } = start((event, run) => {
      run.log({ level: event === 'refused' ? 'error' : 'info', key: 'a' });
      return Promise.resolve();
    });
    await main('refused', { ...context });
    await main('taken', { ...context });
    expect(lines.map(({ level, outcome }) => [level, outcome])).toEqual([
      ['error', undefined],
      ['info', 'work-left'],
      ['info', undefined],
      ['info', 'ok'],
    ]);
  });

  it('keeps simultaneous runs apart', async () => {
    const { main, lines } = start(async (event, run) => {
      await Promise.resolve();
      run.log({ event });
      return run.requestId;
    });
    const results = await Promise.all([main(1, { request_id: 'a' }), main(2, { request_id: 'b' })]);
    expect(results).toEqual(['a', 'b']);
    expect(lines.filter(({ event }) => event !== undefined)).toEqual([
      { requestId: 'a', event: 1 },
      { requestId: 'b', event: 2 },
    ]);
  });

  it('runs without a context', async () => {
    const { main, lines } = start((event) => Promise.resolve(event));
    await expect(main(null)).resolves.toBeNull();
    expect(lines[0]?.['requestId']).toBe('unknown');
  });

  it('lets the event loop turn before the handler runs', async () => {
    const order: string[] = [];
    const { main } = start(() => Promise.resolve(order.push('handler')));
    setImmediate(() => order.push('event loop'));
    await main({}, { ...context });
    expect(order).toEqual(['event loop', 'handler']);
  });
});

describe('formatLine', () => {
  it('hides signatures, tokens and secrets', () => {
    const line = formatLine({
      authorization: 'q-sign-algorithm=sha1&q-signature=deadbeef',
      secretKey: 'deadbeef',
      url: 'http://a/?q-ak=AKID&q-signature=deadbeef&x-cos-security-token=deadbeef',
      nested: { 'x-cos-security-token': 'deadbeef', error: new Error('q-signature=deadbeef') },
    });
    expect(line).not.toContain('deadbeef');
    expect(line).toContain('AKID');
  });

  it('is one line whatever the texts contain', () => {
    expect(formatLine({ key: 'a\n{"outcome":"ok"}\r\u2028' }).split(/[\r\n]/)).toHaveLength(1);
  });

  it('cuts long texts, writes big numbers, and survives unwritable values', () => {
    expect(formatLine({ key: 'x'.repeat(5000) }).length).toBeLessThan(2100);
    expect(formatLine({ crc64: 2n ** 63n })).toBe('{"crc64":"9223372036854775808"}');
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(formatLine({ cycle })).toContain('could not be written');
  });
});
